"""What sites enable, in columns: of most configurations nobody asks for more than the hash."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct, field

from reconciler.model.files import SignoffEntry


class Remark(NamedTuple):
    """What a site's own file says about a configuration, beside what it holds."""

    reason: str | None = None
    signoffs: tuple[SignoffEntry, ...] = ()


class Enabled(Struct, frozen=True):
    """The extensions that one site enables, in their order, each with its version and hash."""

    extensions: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    by_profile: frozenset[str] = frozenset()
    """Those of which the site itself says nothing: all of them comes from profiles."""
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    """Of the extensions that have a reason or signatures."""

    def place(self, extension: str) -> int | None:
        """Return where an extension stands in the columns; None where it is not enabled."""
        found = bisect_left(self.extensions, extension)
        there = found < len(self.extensions) and self.extensions[found] == extension
        return found if there else None

    def with_versions(self) -> Iterator[tuple[str, str]]:
        """Yield each extension with its version."""
        return zip(self.extensions, self.versions, strict=True)

    def hashes_by_extension(self) -> dict[str, str]:
        """Return the hash of each extension's configuration."""
        return dict(zip(self.extensions, self.hashes, strict=True))
