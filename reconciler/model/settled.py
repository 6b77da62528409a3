"""What is known of sites since they were last applied, so that a plan need not read them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
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


class Noted(Struct, frozen=True):
    """Sites as they are noted to be settled at a commit, by their names.

    ``context`` is a digest over all that the sites share, ``on`` the day they were judged on.
    """

    commit: str
    context: str
    on: date
    sites: Mapping[str, SettledSite]


class Settled(Struct, frozen=True):
    """Which sites are settled, as they are at a commit; see ``Noted``.

    ``trees`` has git's name of each site's folder, by the site's own; ``signed`` are those where
    something is signed, ``outdated`` those of which by now something else may be found.
    """

    commit: str
    context: str
    on: date
    trees: Mapping[str, str]
    signed: frozenset[str]
    outdated: frozenset[str]


class LeftUnread(Struct, frozen=True):
    """The settled sites that are not read: all but those in ``but_for``.

    There may be any number of them, so that no more is held of each than its name, and that of
    its folder. ``context`` is a digest over all that they shared when they were noted, ``others``
    are the installation's sites that are none of them. Where all of this is the same at another
    time, so is everything that was known of them.
    """

    context: str
    trees: Mapping[str, str]
    but_for: frozenset[str]
    configurations: int
    findings: tuple[str, ...]
    needed_signoffs: tuple[str, ...]
    others: tuple[UUID, ...]

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the findings about the sites.

        Raises:
            ValueError: what is kept of them was altered.
        """
        return tuple(found for text in self.findings for found in _FINDINGS.validate_json(text))

    def needed(self) -> tuple[NeededSignoff, ...]:
        """Return the signatures that the sites still ask for.

        Raises:
            ValueError: what is kept of them was altered.
        """
        return tuple(
            needed for text in self.needed_signoffs for needed in _NEEDED.validate_json(text)
        )
