"""What is known of sites since they were last applied, so that a plan need not read them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import NeededSignoff

_FINDINGS = TypeAdapter(tuple[Diagnostic, ...])
_NEEDED = TypeAdapter(tuple[NeededSignoff, ...])


class SettledSite(NamedTuple):
    """A site at which everything was in the database as git had it, and is since.

    ``tree`` is git's name of its folder; ``valid_through`` is the last day on which the same is
    found about it, None where days make no difference; ``signed`` says that something there is
    signed, so that it matters who wrote it. What was found is JSON, as it is kept.
    """

    site_id: UUID
    slug: str
    tree: str
    configurations: int
    signed: bool
    valid_through: date | None
    findings: str
    needed_signoffs: str

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the findings about the site.

        Raises:
            ValueError: what is kept of them was altered.
        """
        return () if self.findings == NOTHING else _FINDINGS.validate_json(self.findings)

    def needed(self) -> tuple[NeededSignoff, ...]:
        """Return the signatures that the site still asks for.

        Raises:
            ValueError: what is kept of them was altered.
        """
        if self.needed_signoffs == NOTHING:
            return ()
        return _NEEDED.validate_json(self.needed_signoffs)


NOTHING = "[]"
"""What is kept where nothing was found."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The settled sites by the names of their folders, as they are at a commit.

    ``context`` is a digest over all that the sites share, ``on`` the day they were judged on.
    """

    commit: str
    context: str
    on: date
    sites: Mapping[str, SettledSite]
