"""Builds the value of one document from the parser's events, and refuses what has two readings.

The parser says what is syntax; this module says which keys, scalars, tags and aliases are taken.
It keeps its own stack and never recurses on the input, so no nesting can exhaust the C stack.
"""

from __future__ import annotations

import re
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

from reconciler.desired.alias_expansion import (
    MAX_CHARACTERS,
    MAX_NODES,
    AliasExpansion,
    ExpansionExceededError,
    NestingExceededError,
)
from reconciler.desired.core_schema import (
    CORE_TAGS,
    MAPPING_TAG,
    SCALAR_TAGS,
    SEQUENCE_TAG,
    SPECIAL_STARTS,
    NumberRefusedError,
    TagMismatchError,
    resolve,
)
from reconciler.desired.findings import Findings, Mark, shown
from reconciler.model.document import JsonValue
from reconciler.model.kinds import reading as kinds

MAX_NESTING: Final = 100
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")


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
    take too lightly.
    """

    def __init__(self, findings: Findings) -> None:
        self.needs_strictness = False
        self._findings = findings
        self._top = self._root = self._list(None)
        self._stack = [self._root]
        self._anchors: dict[str, JsonValue] = {}
        self._expansion = AliasExpansion()
        self._documents = 0
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
            self._findings.stop(kinds.YAML_DOCUMENTS, _mark(event))
        if event.version not in (None, (1, 2)):
            version = ".".join(map(str, event.version or ()))
            self._findings.add(kinds.YAML_VERSION, _mark(event), version=version)
        self.needs_strictness |= event.version is not None

    def _scalar(self, event: ScalarEvent) -> None:
        text = event.value
        value: JsonValue = text
        if event.tag is not None:
            value = self._tagged(event, event.tag)
        elif not event.style:
            if text[:1] in SPECIAL_STARTS:
                value = self._plain(event)
        elif not text.isascii() or "\0" in text:
            self._check_characters(event)
        if event.style:
            self._note_lines(event)
        self._place(event, value)

    def _place(self, event: NodeEvent, value: JsonValue) -> None:
        if event.anchor and not isinstance(event, AliasEvent):
            self._anchors[event.anchor] = value
        top = self._top
        if top.items is not None:
            top.items.append(value)
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
            self._findings.add(kinds.YAML_KEY_NOT_STRING, _mark(event), what=_described(event))
        elif value == "<<" and isinstance(event, ScalarEvent) and not (event.style or event.tag):
            self._findings.add(kinds.YAML_MERGE_KEY, _mark(event))
        elif value in top.marks:
            first = str(top.marks[value].line + 1)
            self._findings.add(
                kinds.YAML_DUPLICATE_KEY, _mark(event), key=shown(value), first_line=first
            )
        else:
            top.key = value
            top.marks[value] = _mark(event)

    def _plain(self, event: ScalarEvent) -> JsonValue:
        if event.value == "-":
            self._findings.stop(
                kinds.YAML_SYNTAX, _mark(event), problem="a lone '-' cannot be a value"
            )
        try:
            return resolve(event.value)
        except NumberRefusedError as refused:
            self._findings.add(kinds.YAML_NUMBER, _mark(event), problem=str(refused))
            return None

    def _tagged(self, event: ScalarEvent, tag: str) -> JsonValue:
        if tag not in SCALAR_TAGS:
            self._refuse_tag(event, tag)
            return event.value
        self._check_characters(event)
        try:
            return SCALAR_TAGS[tag](event.value)
        except TagMismatchError:
            self._findings.add(kinds.YAML_TAG_MISMATCH, _mark(event), tag=_short(tag))
        except NumberRefusedError as refused:
            self._findings.add(kinds.YAML_NUMBER, _mark(event), problem=str(refused))
        return event.value

    def _refuse_tag(self, event: NodeEvent, tag: str) -> None:
        if tag in CORE_TAGS:
            self._findings.add(kinds.YAML_TAG_MISMATCH, _mark(event), tag=_short(tag))
            return
        allowed = ", ".join(sorted(map(_short, CORE_TAGS)))
        self._findings.add(kinds.YAML_TAG, _mark(event), tag=shown(_short(tag)), allowed=allowed)

    def _check_characters(self, event: ScalarEvent) -> None:
        found = _UNSPEAKABLE.search(event.value)
        if found:
            self._findings.add(
                kinds.YAML_CHARACTER,
                _mark(event),
                character=f"U+{ord(found[0]):04X}",
                problem="neither PostgreSQL nor UTF-8 can hold it",
                remedy="Remove its escape from the text that begins here.",
            )

    def _note_lines(self, event: ScalarEvent) -> None:
        if event.style in ("|", ">"):
            self.needs_strictness |= not event.value.strip("\n")
        elif event.end_mark and event.end_mark.line != _mark(event).line:
            self.needs_strictness = True

    def _mapping_start(self, event: MappingStartEvent) -> None:
        opened = _Open(_flow_line(event))
        opened.expects_key = True
        self._start(event, opened, MAPPING_TAG)

    def _sequence_start(self, event: SequenceStartEvent) -> None:
        self._start(event, self._list(_flow_line(event)), SEQUENCE_TAG)

    def _start(self, event: CollectionStartEvent, opened: _Open, own_tag: str) -> None:
        if event.tag is not None and event.tag != own_tag:
            self._refuse_tag(event, event.tag)
        if len(self._stack) > MAX_NESTING:
            self._findings.stop(kinds.YAML_NESTING, _mark(event), limit=str(MAX_NESTING))
        self._place(event, opened.value)
        self._stack.append(opened)
        self._top = opened

    def _end(self, event: Event) -> None:
        ended = self._stack.pop()
        self._top = self._stack[-1]
        if ended.line is not None and _mark(event).line != ended.line:
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
            self._findings.add(kinds.YAML_UNDEFINED_ALIAS, _mark(event), alias=shown(name))
            return "*" + name
        value = self._anchors[name]
        if any(opened.value is value for opened in self._stack):
            self._findings.add(kinds.YAML_RECURSIVE_ALIAS, _mark(event), alias=shown(name))
            return None
        return None if self._expansion.exhausted else self._expanded(event, value)

    def _expanded(self, event: AliasEvent, value: JsonValue) -> JsonValue:
        try:
            return self._expansion.copy(value, MAX_NESTING + 1 - len(self._stack))
        except ExpansionExceededError:
            self._findings.add(
                kinds.YAML_ALIAS_EXPANSION,
                _mark(event),
                nodes=f"{MAX_NODES:,}",
                characters=f"{MAX_CHARACTERS:,}",
            )
        except NestingExceededError:
            self._findings.add(kinds.YAML_NESTING, _mark(event), limit=str(MAX_NESTING))
        return None


def _mark(event: Event) -> Mark:
    # The parser leaves no event without its place; the type stubs cannot know it.
    return cast("Mark", event.start_mark)


def _flow_line(event: CollectionStartEvent) -> int | None:
    return _mark(event).line if event.flow_style else None


def _folded(key: str) -> str:
    return key.lower() if key.isascii() else unicodedata.normalize("NFC", key).casefold()


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _described(event: NodeEvent) -> str:
    if isinstance(event, MappingStartEvent):
        return "a mapping"
    if isinstance(event, SequenceStartEvent):
        return "a list"
    if isinstance(event, AliasEvent):
        return f"what alias {shown(event.anchor or '')!r} stands for"
    written = cast("ScalarEvent", event).value
    return f"{shown(written)!r} without quotes" if written else "nothing"
