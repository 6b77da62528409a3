"""Which changes a report leads with, and which are not the reader's: by origin, folded."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from reconciler.model.change import Change, Drift, Origin
from reconciler.model.plan import Plan
from reconciler.report.folding import Folded, fold

_TITLES = {
    Origin.PULL_REQUEST: "Changes of this pull request",
    Origin.PROFILE: "Changes through a profile of this pull request",
    Origin.PENDING: "Pending: in git, not yet applied",
    Origin.DRIFT: "Drift: changed in the database, outside git",
}


class Part(Struct, frozen=True):
    """The changes of one origin, and the same folded over sites."""

    origin: Origin
    changes: tuple[Change, ...]
    entries: tuple[Folded, ...]

    @property
    def title(self) -> str:
        """What the reader is told they are."""
        return _TITLES[self.origin]


class Sections(Struct, frozen=True):
    """``lead`` is what the reader came for; ``rest`` is none of this pull request's doing."""

    lead: tuple[Part, ...]
    rest: tuple[Part, ...]

    @property
    def left(self) -> int:
        """How many changes are in the rest."""
        return sum(len(part.changes) for part in self.rest)


class Edits(Struct, frozen=True):
    """What one person did to rows with one program from one place, outside the reconciler."""

    by: Drift
    changes: tuple[Change, ...]

    @property
    def sites(self) -> int:
        """At how many sites."""
        return len({change.site for change in self.changes})


def sections(plan: Plan) -> Sections:
    """Return the plan's changes by origin, those of the pull request apart from all others."""
    leading = leading_origins(plan)
    by_origin = {origin: plan.with_origin(origin) for origin in _TITLES}
    parts = [Part(origin, found, fold(found)) for origin, found in by_origin.items() if found]
    return Sections(
        lead=tuple(part for part in parts if part.origin in leading),
        rest=tuple(part for part in parts if part.origin not in leading),
    )


def leading_origins(plan: Plan) -> tuple[Origin, ...]:
    """Return which origins a report leads with.

    Without a base nothing is a pull request's, and all changes are of equal interest.
    """
    return (Origin.PULL_REQUEST, Origin.PROFILE) if plan.base else tuple(Origin)


def edits(changes: Sequence[Change]) -> tuple[Edits, ...]:
    """Return who made changes drift; who changed the most comes first, the unknown last."""
    found: dict[tuple[str, str, str], tuple[Drift, list[Change]]] = {}
    for change in changes:
        if change.drift is not None:
            found.setdefault(_who(change.drift), (change.drift, []))[1].append(change)
    made = [Edits(drift, tuple(alike)) for drift, alike in found.values()]
    return tuple(sorted(made, key=lambda it: (*_known_and_many(it), _who(it.by))))


def _known_and_many(made: Edits) -> tuple[bool, int]:
    return (made.by.session_user is None, -len(made.changes))


def _who(drift: Drift) -> tuple[str, str, str]:
    return (drift.session_user or "", drift.application or "", drift.address or "")
