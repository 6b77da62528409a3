"""Where the parts of a document stand, by its parser's events."""

from __future__ import annotations

from dataclasses import dataclass, field

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.desired.yaml.events import events_of
from reconciler.desired.yaml.source import YamlSource


@dataclass(slots=True)
class Part:
    """Where one part stands, and its parts: by key for a mapping, by index for a list."""

    line: int
    column: int
    parts: dict[str | int, Part] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)


def parts_of(source: YamlSource) -> Part:
    """Return where the parts of a file stand that was read without an error."""
    return _Reader().read(source)


class _Reader:
    """Walks the events of a document that is known to be good, and keeps the places."""

    def __init__(self) -> None:
        self._stack: list[tuple[Part, bool]] = []
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
        part = Part(*_place_of(event))
        text = event.value if isinstance(event, ScalarEvent) else None
        if event.anchor:
            self._anchors[event.anchor] = part, text
        self._place(event, part, text)
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._stack.append((part, isinstance(event, MappingStartEvent)))
            self._keys.append(None)

    def _place(self, event: Event, part: Part, text: str | None) -> None:
        if not self._stack:
            self._root = part
            return
        parent, is_mapping = self._stack[-1]
        key = self._keys[-1]
        if not is_mapping:
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
