"""Collects what is found wrong in one file, up to a limit, and writes keys safely into messages."""

from __future__ import annotations

from typing import NoReturn, Protocol

from reconciler.model.diagnostic import Diagnostic, DiagnosticKind, Location
from reconciler.model.kinds import reading as kinds

MAX_FINDINGS = 1_000
_SHOWN_CHARACTERS = 64


class Mark(Protocol):
    """A place as the YAML parser gives it: line and column count from 0."""

    @property
    def line(self) -> int:
        """The line, from 0."""

    @property
    def column(self) -> int:
        """The column in characters, from 0."""


class ReadingStopped(Exception):  # noqa: N818 -- no error of the program
    """Nothing more of this file can be read; what was found stands in its ``Findings``."""


class Findings:
    """The findings of one file, in the order they were met."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.diagnostics: list[Diagnostic] = []

    def copy(self) -> Findings:
        """Return the same findings, to which others may be added."""
        copied = Findings(self.path)
        copied.diagnostics = list(self.diagnostics)
        return copied

    def add(self, kind: DiagnosticKind, mark: Mark, **facts: str) -> None:
        """Record a finding at ``mark``.

        Raises:
            ReadingStopped: the file has had ``MAX_FINDINGS`` already.
        """
        place = self.location(mark)
        if len(self.diagnostics) >= MAX_FINDINGS:
            limit = f"{MAX_FINDINGS:,}"
            self.diagnostics.append(kinds.YAML_TOO_MANY_FINDINGS.at(place, limit=limit))
            raise ReadingStopped
        self.diagnostics.append(kind.at(place, **facts))

    def stop(self, kind: DiagnosticKind, mark: Mark, **facts: str) -> NoReturn:
        """Record a finding after which the file can be read no further.

        Raises:
            ReadingStopped: always.
        """
        self.add(kind, mark, **facts)
        raise ReadingStopped

    def location(self, mark: Mark) -> Location:
        """Return ``mark`` as people count: from 1."""
        return Location(path=self.path, line=mark.line + 1, column=mark.column + 1)


def shown(name: str) -> str:
    """Return a key cut to what a message may carry of it."""
    return name if len(name) <= _SHOWN_CHARACTERS else name[: _SHOWN_CHARACTERS - 1] + "…"
