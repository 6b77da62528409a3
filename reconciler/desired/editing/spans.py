"""Where each part of a file stands in its text: from which character to which."""

from __future__ import annotations

from bisect import bisect_left
from typing import cast

from msgspec import Struct, field
from yaml.error import Mark
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from reconciler.desired.yaml.events import events_of, separators_of
from reconciler.desired.yaml.findings import Findings
from reconciler.desired.yaml.reader import read_yaml
from reconciler.desired.yaml.source import YamlSource, checked_source
from reconciler.desired.yaml.text_place import LINE_BREAK


class Span(Struct):
    """One part of a file, as indexes into its text.

    ``end`` is just past its last character that can be seen; ``stop`` is past the line breaks
    that may belong to a text as well. ``inner`` is where a flow collection's first part goes.
    """

    start: int
    end: int
    stop: int
    inner: int
    style: str = ""
    """``[`` or ``{`` for a flow collection, ``|`` or ``>`` for a block scalar."""
    opens: bool = False
    """Whether it is a mapping or a list."""
    keys: dict[str | int, Span] = field(default_factory=dict)
    parts: dict[str | int, Span] = field(default_factory=dict)


class TextMap:
    """The places of one YAML file that is known to read without an error."""

    def __init__(self, data: bytes) -> None:
        source = read_yaml("", data).source or checked_source(data, Findings(""), is_json=False)
        self.text = source.text
        self.line_break = line_break_of(self.text)
        self.end = len(self.text)
        """Where the document ends: before ``...``, if that is written."""
        self._stack: list[tuple[Span, bool]] = []
        self._keys: list[tuple[str, Span] | None] = []
        self.root: Span | None = None
        self._read(source)
        self._dashes, self._commas = separators_of(source)

    @property
    def is_json(self) -> bool:
        """Whether the file is one flow mapping whose keys are in quotes."""
        root = self.root
        first = next(iter(root.keys.values()), None) if root and root.style == "{" else None
        return first is not None and self.text[first.start] == '"'

    def comma_between(self, start: int, end: int) -> int | None:
        """Return the index of the first comma between parts from ``start`` on, before ``end``."""
        found = bisect_left(self._commas, start)
        return next((comma for comma in self._commas[found : found + 1] if comma < end), None)

    def dash_before(self, index: int) -> int:
        """Return the index of the dash of the list item that begins at ``index``."""
        return self._dashes[bisect_left(self._dashes, index) - 1]

    def line_start(self, index: int) -> int:
        """Return where the line that ``index`` is in begins."""
        return max(self.text.rfind("\n", 0, index), self.text.rfind("\r", 0, index)) + 1

    def next_line(self, index: int) -> int:
        """Return where the line after the one that ``index`` is in begins."""
        while index < len(self.text) and self.text[index] not in "\r\n":
            index += 1
        return index + (2 if self.text[index : index + 2] == "\r\n" else 1)

    def column(self, index: int) -> int:
        """Return how far ``index`` is into its line."""
        return index - self.line_start(index)

    def _read(self, source: YamlSource) -> None:
        for event in events_of(source):
            if isinstance(event, CollectionEndEvent):
                self._close(event)
            elif isinstance(event, NodeEvent):
                self._open(event)
            elif isinstance(event, DocumentEndEvent) and event.explicit:
                self.end = _mark(event.start_mark).index

    def _open(self, event: NodeEvent) -> None:
        start, stop = _mark(event.start_mark).index, _mark(event.end_mark).index
        end = start + len(self.text[start:stop].rstrip(" \t\r\n"))
        span = Span(start, end, stop, stop)
        text = event.value if isinstance(event, ScalarEvent) else ""
        self._place(text, span)
        if isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            span.style = event.style
        if isinstance(event, CollectionStartEvent) and not isinstance(event, AliasEvent):
            span.opens = True
            mapping = isinstance(event, MappingStartEvent)
            span.style = ("{" if mapping else "[") if event.flow_style else ""
            self._stack.append((span, mapping))
            self._keys.append(None)

    def _place(self, text: str, span: Span) -> None:
        if not self._stack:
            self.root = span
            return
        parent, mapping = self._stack[-1]
        key = self._keys[-1]
        if not mapping:
            parent.parts[len(parent.parts)] = span
        elif key is None:
            self._keys[-1] = text, span
        else:
            self._keys[-1] = None
            parent.parts[key[0]], parent.keys[key[0]] = span, key[1]

    def _close(self, event: Event) -> None:
        span, _ = self._stack.pop()
        self._keys.pop()
        if span.style:
            span.end = span.stop = _mark(event.end_mark).index
        elif span.parts:
            span.end = max(part.end for part in span.parts.values())
            span.stop = max(part.stop for part in span.parts.values())


def line_break_of(text: str) -> str:
    """Return what ends the lines of a text: what ends its first."""
    found = LINE_BREAK.search(text)
    return found[0] if found else "\n"


def _mark(mark: object) -> Mark:
    # The parser leaves no event without its place; the type stubs cannot know it.
    return cast("Mark", mark)
