"""Builds the value of one document from the parser's events, and refuses what has two readings.

The parser says what is syntax; this module says which keys, scalars, tags and aliases are taken.
It keeps its own stack and never recurses on the input, so no nesting can exhaust the C stack.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, cast

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.desired.yaml.alias_expansion import (
    MAX_CHARACTERS,
    MAX_NODES,
    AliasExpansion,
    ExpansionExceededError,
    NestingExceededError,
)
from reconciler.desired.yaml.core_schema import MAPPING_TAG, SEQUENCE_TAG
from reconciler.desired.yaml.findings import Findings, Mark, shown
from reconciler.desired.yaml.scalars import ScalarReader, mark_of
from reconciler.model.document import JsonValue
from reconciler.model.kinds import reading as kinds

MAX_NESTING: Final = 100
MAX_VALUES: Final = 200_000
"""A mebibyte can hold more, but not be read and checked in seconds."""
MAX_ENTRIES: Final = 20_000
"""Of one list or mapping: what checks it may look at every entry several times."""


class _Open:
    """A mapping or list that has begun and not ended; ``marks`` are where its keys stand."""

    __slots__ = ("expects_key", "items", "key", "line", "mapping", "marks")

    def __init__(self, line: int | None) -> None:
        self.line = line
        self.mapping: dict[str, JsonValue] = {}
        self.items: list[JsonValue] | None = None
        self.marks: dict[str, Mark] = {}
        self.expects_key = False
        self.key: str | None = None

    @property
    def value(self) -> JsonValue:
        return self.mapping if self.items is None else self.items


class ValueBuilder:
    """Takes events and keeps the value they make; what is refused goes to ``findings``.

    ``needs_strictness`` is set when the document holds something that the parser is known to
    take too lightly; ``has_too_many`` when it holds more values than ``max_values``.
    """

    def __init__(self, findings: Findings, max_values: int = MAX_VALUES) -> None:
        self.needs_strictness = False
        self.has_too_many = False
        self._max_values = max_values
        self._findings = findings
        self._scalars = ScalarReader(findings)
        self._top = self._root = self._list(None)
        self._stack = [self._root]
        self._anchors: dict[str, JsonValue] = {}
        self._expansion = AliasExpansion()
        self._documents = 0
        self._values = 0
        self._handlers: dict[type[Event], Callable[..., None]] = {
            ScalarEvent: self._scalar,
            AliasEvent: self._alias,
            MappingStartEvent: self._mapping_start,
            MappingEndEvent: self._mapping_end,
            SequenceStartEvent: self._sequence_start,
            SequenceEndEvent: self._end,
            DocumentStartEvent: self._document_start,
            DocumentEndEvent: self._nothing,
            StreamStartEvent: self._nothing,
            StreamEndEvent: self._nothing,
        }

    @property
    def value(self) -> JsonValue:
        """The document's value; None for a file that holds nothing."""
        return self._root.items[0] if self._root.items else None

    def feed(self, events: Iterable[Event]) -> None:
        """Take all ``events``.

        Raises:
            ReadingStopped: the document can be read no further.
        """
        handlers = self._handlers
        for event in events:
            handlers[type(event)](event)

    @staticmethod
    def _list(line: int | None) -> _Open:
        opened = _Open(line)
        opened.items = []
        return opened

    def _nothing(self, event: Event) -> None:
        """Streams and the ends of documents carry nothing."""

    def _document_start(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._findings.stop(kinds.YAML_DOCUMENTS, mark_of(event))
        if event.version not in (None, (1, 2)):
            version = ".".join(map(str, event.version or ()))
            self._findings.add(kinds.YAML_VERSION, mark_of(event), version=version)
        self.needs_strictness |= event.version is not None

    def _scalar(self, event: ScalarEvent) -> None:
        if event.style:
            self._note_lines(event)
        self._place(event, self._scalars.value_of(event))

    def _place(self, event: NodeEvent, value: JsonValue) -> None:
        self._values += 1
        if self._values > self._max_values:
            self.has_too_many = True
            limit = f"{self._max_values:,} values"
            self._findings.stop(kinds.YAML_VALUES, mark_of(event), what="the file", limit=limit)
        if event.anchor and not isinstance(event, AliasEvent):
            self._anchors[event.anchor] = value
        top = self._top
        if top.items is not None:
            top.items.append(value)
            if len(top.items) > MAX_ENTRIES:
                self._stop_at_entry(event, "the list")
        elif top.expects_key:
            self._key(event, value)
        else:
            top.expects_key = True
            if top.key is not None:
                top.mapping[top.key] = value

    def _key(self, event: NodeEvent, value: JsonValue) -> None:
        top = self._top
        top.expects_key = False
        top.key = None
        if not isinstance(value, str):
            self._findings.add(kinds.YAML_KEY_NOT_STRING, mark_of(event), what=_described(event))
        elif value == "<<" and isinstance(event, ScalarEvent) and not (event.style or event.tag):
            self._findings.add(kinds.YAML_MERGE_KEY, mark_of(event))
        elif value in top.marks:
            first = str(top.marks[value].line + 1)
            self._findings.add(
                kinds.YAML_DUPLICATE_KEY, mark_of(event), key=shown(value), first_line=first
            )
        else:
            top.key = value
            top.marks[value] = mark_of(event)
            if len(top.marks) > MAX_ENTRIES:
                self._stop_at_entry(event, "the mapping")

    def _stop_at_entry(self, event: NodeEvent, what: str) -> None:
        limit = f"{MAX_ENTRIES:,} entries"
        self._findings.stop(kinds.YAML_VALUES, mark_of(event), what=what, limit=limit)

    def _note_lines(self, event: ScalarEvent) -> None:
        line = mark_of(event).line
        if event.style in ("|", ">"):
            key = self._top.key
            after_key = key is not None and self._top.marks[key].line == line
            self.needs_strictness |= not after_key or not event.value.strip("\n")
        elif event.end_mark and event.end_mark.line != line:
            self.needs_strictness = True

    def _mapping_start(self, event: MappingStartEvent) -> None:
        opened = _Open(_flow_line(event))
        opened.expects_key = True
        self._start(event, opened, MAPPING_TAG)

    def _sequence_start(self, event: SequenceStartEvent) -> None:
        self._start(event, self._list(_flow_line(event)), SEQUENCE_TAG)

    def _start(self, event: CollectionStartEvent, opened: _Open, own_tag: str) -> None:
        if event.tag is not None and event.tag != own_tag:
            self._scalars.refuse_tag(event, event.tag)
        if len(self._stack) > MAX_NESTING:
            self._findings.stop(kinds.YAML_NESTING, mark_of(event), limit=str(MAX_NESTING))
        self._place(event, opened.value)
        self._stack.append(opened)
        self._top = opened

    def _end(self, event: Event) -> None:
        ended = self._stack.pop()
        self._top = self._stack[-1]
        if ended.line is not None and mark_of(event).line != ended.line:
            self.needs_strictness = True

    def _mapping_end(self, event: MappingEndEvent) -> None:
        marks = self._top.marks
        if len(marks) > 1 and len(set(map(_folded, marks))) != len(marks):
            self._warn_of_similar(marks)
        self._end(event)

    def _warn_of_similar(self, marks: dict[str, Mark]) -> None:
        first: dict[str, Mark] = {}
        for key, mark in marks.items():
            earlier = first.setdefault(_folded(key), mark)
            if earlier is not mark:
                line = str(earlier.line + 1)
                self._findings.add(kinds.YAML_SIMILAR_KEY, mark, key=shown(key), first_line=line)

    def _alias(self, event: AliasEvent) -> None:
        self._place(event, self._aliased(event, event.anchor or ""))

    def _aliased(self, event: AliasEvent, name: str) -> JsonValue:
        if name not in self._anchors:
            self._findings.add(kinds.YAML_UNDEFINED_ALIAS, mark_of(event))
            return "*" + name
        value = self._anchors[name]
        if any(opened.value is value for opened in self._stack):
            self._findings.add(kinds.YAML_RECURSIVE_ALIAS, mark_of(event))
            return None
        return None if self._expansion.exhausted else self._expanded(event, value)

    def _expanded(self, event: AliasEvent, value: JsonValue) -> JsonValue:
        try:
            return self._expansion.copy(value, MAX_NESTING + 1 - len(self._stack))
        except ExpansionExceededError:
            self._findings.add(
                kinds.YAML_ALIAS_EXPANSION,
                mark_of(event),
                nodes=f"{MAX_NODES:,}",
                characters=f"{MAX_CHARACTERS:,}",
            )
        except NestingExceededError:
            self._findings.add(kinds.YAML_NESTING, mark_of(event), limit=str(MAX_NESTING))
        return None


def _flow_line(event: CollectionStartEvent) -> int | None:
    return mark_of(event).line if event.flow_style else None


def _folded(key: str) -> str:
    return key.lower() if key.isascii() else unicodedata.normalize("NFC", key).casefold()


def _described(event: NodeEvent) -> str:
    if isinstance(event, MappingStartEvent):
        return "a mapping"
    if isinstance(event, SequenceStartEvent):
        return "a list"
    if isinstance(event, AliasEvent):
        return "what an alias stands for"
    written = cast("ScalarEvent", event).value
    return f"{shown(written)!r} without quotes" if written else "nothing"
