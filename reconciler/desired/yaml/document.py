"""A read file: its value, and where each part of it stands, found out when first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.desired.yaml.source import YamlSource
from reconciler.model.diagnostic import Location
from reconciler.model.document import JsonValue, Path

if TYPE_CHECKING:
    from reconciler.desired.yaml.places import Part


class YamlDocument:
    """The ``Document`` of a file that was read without an error."""

    __slots__ = ("_root", "_source", "path", "value")

    def __init__(self, path: str, value: JsonValue, source: YamlSource) -> None:
        self.path = path
        self.value = value
        self._source = source
        self._root: Part | None = None

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

    def _parts(self) -> Part:
        if self._root is None:
            # Where things stand in a file is asked where something is wrong; most are only read.
            from reconciler.desired.yaml.places import parts_of  # noqa: PLC0415

            self._root = parts_of(self._source)
        return self._root
