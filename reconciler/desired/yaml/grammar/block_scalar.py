"""Texts that begin with ``|`` or ``>`` and go on as deep as their first line."""

from __future__ import annotations

import re
from functools import lru_cache

from reconciler.desired.yaml.grammar.cursor import Cursor, GrammarError
from reconciler.desired.yaml.text_place import LINE_BREAK

_HEADER = re.compile(
    r"[|>](?:([1-9]?)([-+]?)|([-+])([1-9]))(?=[ \t\r\n])"
    r"(?:[ \t]++(?:#[^\r\n]*+)?)?(?:\r\n?|\n)"
)
_EMPTY_LINES = re.compile(r"(?: *+(?:\r\n?|\n))*")
_SPACES = re.compile(r" *+")
_TAB_AFTER = re.compile(r" *+\t")
_MARKER = re.compile(r"(?:---|\.\.\.)[ \t\r\n]")


def block_scalar(cursor: Cursor, parent: int) -> str:
    """Read the text whose ``|`` or ``>`` is here; leave ``cursor`` where the next line begins.

    Args:
        cursor: where its sign stands.
        parent: the indentation of the block that it is in; -1 for the document itself.

    Raises:
        GrammarError: its first line is no such line, or its lines are not indented as YAML asks.
    """
    header = _HEADER.match(cursor.text, cursor.index)
    if header is None:
        raise cursor.error(
            f"after '{cursor.at()}' can only be a digit from 1 to 9, '+' or '-', and a comment",
            "Put the text on the lines after this one.",
        )
    fold = cursor.at() == ">"
    digit, chomping = header[1] or header[4], header[2] or header[3]
    cursor.pass_to(header.end())
    indent = max(parent, 0) + int(digit) if digit else _detected(cursor, parent)
    body = _lines_of(indent).match(cursor.text, cursor.index)
    written = body[0] if body else ""
    cursor.pass_to(cursor.index + len(written))
    tab = _TAB_AFTER.match(cursor.text, cursor.index)
    if tab:
        raise GrammarError("a tab is no indentation", tab.end() - 1, "Write spaces, or nothing.")
    if "\r" in written:
        written = LINE_BREAK.sub("\n", written)
    lines = [line[indent:] for line in written.split("\n")[:-1]]
    return _chomped(lines, chomping or "", fold=fold)


def _detected(cursor: Cursor, parent: int) -> int:
    """Return how deep the first line that holds something is, or what is deeper than any."""
    text = cursor.text
    empty = _EMPTY_LINES.match(text, cursor.index)
    content = empty.end() if empty else cursor.index
    spaces = _SPACES.match(text, content)
    indent = spaces.end() - content if spaces else 0
    longest = max(map(len, LINE_BREAK.split(text[cursor.index : content])))
    if content == cursor.end or indent <= parent or _MARKER.match(text, content):
        return max(longest, parent + 1)
    if longest > indent:
        raise GrammarError(
            "an empty line before this one is indented further than the text that begins here",
            content,
            "Remove the spaces of the empty lines before it.",
        )
    return indent


@lru_cache(maxsize=64)
def _lines_of(indent: int) -> re.Pattern[str]:
    if indent == 0:
        return re.compile(rf"(?:(?!{_MARKER.pattern})[^\r\n]*+(?:\r\n?|\n))*")
    return re.compile(rf"(?: {{{indent}}}[^\r\n]*+(?:\r\n?|\n)| {{0,{indent - 1}}}(?:\r\n?|\n))*")


def _chomped(lines: list[str], chomping: str, *, fold: bool) -> str:
    count = len(lines)
    while count and not lines[count - 1]:
        count -= 1
    empty = len(lines) - count
    del lines[count:]
    text = _folded(lines) if fold else "\n".join(lines)
    if chomping == "+":
        return text + "\n" * (empty + bool(count))
    return text + "\n" if count and not chomping else text


def _folded(lines: list[str]) -> str:
    """Join lines of one depth by spaces; around deeper ones and empty ones breaks stay."""
    parts: list[str] = []
    empty = 0
    was_text: bool | None = None
    for line in lines:
        if not line:
            empty += 1
            continue
        is_text = line[0] not in " \t"
        if was_text is None:
            parts.append("\n" * empty)
        elif was_text and is_text:
            parts.append("\n" * empty or " ")
        else:
            parts.append("\n" * (empty + 1))
        parts.append(line)
        empty, was_text = 0, is_text
    return "".join(parts)
