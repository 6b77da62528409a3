"""A file's value together with the places its parts were written at."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from reconciler.model.diagnostic import Location

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]
Path: TypeAlias = tuple[str | int, ...]


class Document(Protocol):
    """A parsed file: its JSON value, and where each part of it stands."""

    @property
    def path(self) -> str:
        """The file's path as it is reported."""

    @property
    def value(self) -> JsonValue:
        """The whole file's value."""

    def locate(self, path: Path) -> Location:
        """Return where the value at ``path`` begins.

        Where ``path`` leads to nothing, the place of the deepest part that exists: a missing
        key is reported at the mapping that lacks it.
        """

    def locate_key(self, path: Path) -> Location:
        """Return where the key that ends ``path`` is written, else what ``locate`` says."""
