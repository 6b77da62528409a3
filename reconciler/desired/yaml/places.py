"""Where the parts of a document stand, by its parser's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from reconciler.desired.yaml.events import events_of
from reconciler.desired.yaml.source import YamlSource

_NO_PARTS: Mapping[str | int, Part] = {}
_NO_KEYS: Mapping[str | int, tuple[int, int]] = {}


class Part(NamedTuple):
    """Where one part stands, and its parts: by key for a mapping, by index for a list."""

    line: int
    column: int
    parts: Mapping[str | int, Part] = _NO_PARTS
    keys: Mapping[str | int, tuple[int, int]] = _NO_KEYS


def parts_of(source: YamlSource) -> Part:
    """Return where the parts of a file stand that was read without an error."""
    return _Reader().read(source)


class _Open(NamedTuple):
    """A collection that has begun and not ended: what of it is known so far."""

    parts: dict[str | int, Part]
    keys: dict[str | int, tuple[int, int]]
    is_mapping: bool


class _Reader:
    """Walks the events of a document that is known to be good, and keeps the places."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Part, str | None]] = {}
        self._keys: list[str | None] = []
        self._root = Part(0, 0)

    def read(self, source: YamlSource) -> Part:
        for event in events_of(source):
            if isinstance(event, CollectionEndEvent):
                self._stack.pop()
                self._keys.pop()
            elif isinstance(event, AliasEvent):
                self._place(event, *self._anchors[event.anchor or ""])
            elif isinstance(event, NodeEvent):
                self._node(event)
        return self._root

    def _node(self, event: NodeEvent) -> None:
        line, column = _place_of(event)
        text, opened = None, None
        if isinstance(event, ScalarEvent):
            text, part = event.value, Part(line, column)
        else:
            opened = _Open({}, {}, isinstance(event, MappingStartEvent))
            part = Part(line, column, opened.parts, opened.keys)
        if event.anchor:
            self._anchors[event.anchor] = part, text
        self._place(event, part, text)
        if opened is not None:
            self._stack.append(opened)
            self._keys.append(None)

    def _place(self, event: Event, part: Part, text: str | None) -> None:
        if not self._stack:
            self._root = part
            return
        parent = self._stack[-1]
        key = self._keys[-1]
        if not parent.is_mapping:
            parent.parts[len(parent.parts)] = part
        elif key is None:
            self._keys[-1] = text
            parent.keys[text or ""] = _place_of(event)
        else:
            self._keys[-1] = None
            parent.parts[key] = part


def _place_of(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line, mark.column) if mark else (0, 0)
