"""The files of a desired-state folder, wherever they were read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.desired import Revision
from reconciler.model.diagnostic import Diagnostic

LARGEST_FILE_BYTES = 1024 * 1024
READ_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class SourceTree:
    """What was read: bytes by path relative to the desired-state folder, in path order.

    ``prefix`` is put before a relative path wherever a path is shown, so that it can be opened.
    Only files that could belong to a desired state are read; others are named in ``ignored``.
    """

    prefix: str
    files: Mapping[str, bytes]
    revision: Revision
    diagnostics: tuple[Diagnostic, ...] = ()
    ignored: tuple[str, ...] = field(default=())

    def shown(self, relative: str) -> str:
        """Return a relative path as it is reported."""
        return shown_path(self.prefix, relative)


def shown_path(prefix: str, relative: str) -> str:
    """Return ``relative`` below ``prefix``; an empty prefix is the repository's own root."""
    return f"{prefix}/{relative}" if prefix else relative


def belongs(relative: str) -> bool:
    """Return whether a path could be a part of a desired state, and so is read."""
    name = relative.rsplit("/", 1)[-1]
    return name.endswith(READ_SUFFIXES) and not name.startswith(".")
