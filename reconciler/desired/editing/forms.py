"""The forms in which a change can be written into a text, the best first.

A form is a list of edits, in the order of the text. Whether one means what it should is for the
caller to see: these know where things stand, and not what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reconciler.desired.editing.spans import Span, TextMap
from reconciler.desired.editing.writing import block_item, flow, scalar
from reconciler.model.document import JsonObject, JsonValue, Path

_EMPTY_LIST = re.compile(r"\[[ \t]*\]")


class Edit(NamedTuple):
    """``text`` goes where the characters from ``start`` to ``end`` were."""

    start: int
    end: int
    text: str


def appending_forms(texts: TextMap, key: str, entry: JsonObject) -> Iterator[list[Edit]]:
    """Yield forms of appending ``entry`` to the list at ``key`` of the whole file's mapping."""
    root = texts.root
    if root is None or not root.opens:
        yield [_insertion(texts.end, _new_list(texts, key, entry, 0))]
    elif key not in root.parts:
        yield from _key_added(texts, root, key, entry)
    elif not root.parts[key].opens:
        yield from _nothing_replaced(texts, root, key, entry)
    elif root.parts[key].style == "[":
        yield from _into_flow_list(texts, root, key, entry)
    else:
        listed = root.parts[key]
        indent = texts.column(texts.dash_before(listed.parts[len(listed.parts) - 1].start))
        yield from _lines_after(texts, listed, block_item(entry, indent, texts.line_break))


def replacing_forms(texts: TextMap, at: Path, new: JsonValue) -> Iterator[list[Edit]]:
    """Yield forms of writing ``new`` where the scalar at ``at`` stands."""
    span: Span | None = texts.root
    for step in at:
        span = span.parts.get(step) if span else None
    if span is None or span.opens:
        return
    text = flow(new, quoted=texts.is_json)
    if span.style:
        # The comment after the sign that begins a block scalar is kept.
        header = texts.text[span.start : texts.next_line(span.start)].rstrip()
        _, sign, comment = header.partition(" #")
        text += sign + comment
    yield [Edit(span.start, span.end, text)]


def _insertion(at: int, text: str) -> Edit:
    return Edit(at, at, text)


def _new_list(texts: TextMap, key: str, entry: JsonObject, indent: int) -> str:
    line_break = texts.line_break
    item = block_item(entry, indent + 2, line_break)
    return f"{' ' * indent}{scalar(key)}:{line_break}{item}"


def _lines_after(texts: TextMap, span: Span, lines: str) -> Iterator[list[Edit]]:
    """Yield forms of adding whole lines after a part in block style."""
    after = texts.next_line(span.end)
    yield [_insertion(after, lines)]
    if span.stop > after:
        yield [_insertion(span.stop, lines)]


def _key_added(texts: TextMap, root: Span, key: str, entry: JsonObject) -> Iterator[list[Edit]]:
    if root.style == "{":
        quoted = texts.is_json
        name = flow({key: [entry]}, quoted=quoted)[1:-1]
        yield _into_flow(texts, root, name)
        return
    first = next(iter(root.keys.values()))
    lines = _new_list(texts, key, entry, texts.column(first.start))
    last = _insertion(texts.end, lines)
    if texts.text[texts.next_line(root.end) : texts.end].strip():
        yield [last]  # after the comments that end the file
    yield from _lines_after(texts, root, lines)
    yield [last]


def _nothing_replaced(
    texts: TextMap, root: Span, key: str, entry: JsonObject
) -> Iterator[list[Edit]]:
    """Yield forms of writing a list where ``key:`` has no value, or null."""
    value = root.parts[key]
    if not root.style:
        yield _block_instead(texts, root, key, entry)
    text = flow([entry], quoted=texts.is_json)
    yield [Edit(value.start, value.end, text if value.end > value.start else f" {text}")]


def _into_flow_list(
    texts: TextMap, root: Span, key: str, entry: JsonObject
) -> Iterator[list[Edit]]:
    value = root.parts[key]
    same_line = texts.line_start(value.start) == texts.line_start(root.keys[key].start)
    empty = _EMPTY_LIST.fullmatch(texts.text, value.start, value.end)
    if empty and same_line and not root.style:
        yield _block_instead(texts, root, key, entry)
    yield _into_flow(texts, value, flow(entry, quoted=texts.is_json))


def _block_instead(texts: TextMap, root: Span, key: str, entry: JsonObject) -> list[Edit]:
    """Return the edits that put a block list in the place of what holds no entry."""
    name, value = root.keys[key], root.parts[key]
    colon = texts.text.index(":", name.end) + 1
    lines = block_item(entry, texts.column(name.start) + 2, texts.line_break)
    after = _insertion(texts.next_line(value.end), lines)
    return [Edit(colon, value.end, ""), after] if value.end > colon else [after]


def _into_flow(texts: TextMap, holder: Span, part: str) -> list[Edit]:
    """Return the edits that make ``part`` the last of a flow collection.

    Where the last one has a line of its own, so has the new one.
    """
    if not holder.parts:
        return [_insertion(holder.inner, part)]
    key, last = next(reversed(holder.parts.items()))
    start = holder.keys[key].start if key in holder.keys else last.start
    begin = texts.line_start(start)
    before = texts.text[begin:start]
    comma = texts.comma_between(last.end, holder.end)
    edits = [] if comma is not None else [_insertion(last.end, ",")]
    end = last.end if comma is None else comma + 1
    if begin <= holder.start or before.strip():
        return [*edits, _insertion(end, f" {part}")]
    closing_line = texts.line_start(holder.end - 1)
    if closing_line <= end:  # the bracket closes on the last one's line
        return [*edits, _insertion(end, f"{texts.line_break}{before}{part}")]
    return [*edits, _insertion(texts.next_line(end), f"{before}{part}{texts.line_break}")]
