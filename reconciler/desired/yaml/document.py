"""A read file: its value, and where each part of it stands, found out when first asked."""

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

from reconciler.desired.yaml.source import YamlSource
from reconciler.model.diagnostic import Location
from reconciler.model.document import JsonValue, Path


@dataclass(slots=True)
class _Part:
    """Where one part stands, and its parts: by key for a mapping, by index for a list."""

    line: int
    column: int
    parts: dict[str | int, _Part] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)


class YamlDocument:
    """The ``Document`` of a file that was read without an error."""

    __slots__ = ("_root", "_source", "path", "value")

    def __init__(self, path: str, value: JsonValue, source: YamlSource) -> None:
        self.path = path
        self.value = value
        self._source = source
        self._root: _Part | None = None

    def locate(self, path: Path) -> Location:
        """Return where the value at ``path`` begins, else where its deepest existing part does."""
        part = self._parts()
        for step in path:
            if step not in part.parts:
                break
            part = part.parts[step]
        return self._location(part.line, part.column)

    def locate_key(self, path: Path) -> Location:
        """Return where the key that ends ``path`` is written, else what ``locate`` says."""
        part = self._parts()
        for step in path[:-1]:
            if step not in part.parts:
                return self.locate(path)
            part = part.parts[step]
        if not path or path[-1] not in part.keys:
            return self.locate(path)
        return self._location(*part.keys[path[-1]])

    def _location(self, line: int, column: int) -> Location:
        return Location(path=self.path, line=line + 1, column=column + 1)

    def _parts(self) -> _Part:
        if self._root is None:
            self._root = _PartsReader().read(self._source)
        return self._root


class _PartsReader:
    """Walks the events of a document that is known to be good, and keeps the places."""

    def __init__(self) -> None:
        self._stack: list[tuple[_Part, bool]] = []
        self._anchors: dict[str, tuple[_Part, str | None]] = {}
        self._keys: list[str | None] = []
        self._root = _Part(0, 0)

    def read(self, source: YamlSource) -> _Part:
        for event in source.events():
            if isinstance(event, CollectionEndEvent):
                self._stack.pop()
                self._keys.pop()
            elif isinstance(event, AliasEvent):
                self._place(event, *self._anchors[event.anchor or ""])
            elif isinstance(event, NodeEvent):
                self._node(event)
        return self._root

    def _node(self, event: NodeEvent) -> None:
        part = _Part(*_place_of(event))
        text = event.value if isinstance(event, ScalarEvent) else None
        if event.anchor:
            self._anchors[event.anchor] = part, text
        self._place(event, part, text)
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._stack.append((part, isinstance(event, MappingStartEvent)))
            self._keys.append(None)

    def _place(self, event: Event, part: _Part, text: str | None) -> None:
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
