"""Drift in words: what happened to a row, who did it with what, from where and when."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.change import Action, Change, Drift, Origin
from reconciler.report.counting import counted
from reconciler.report.folding import Folded
from reconciler.report.sections import Edits, Part, Sections, edits

UNKNOWN = "nobody the audit log knows"
_MOST_NAMED = 5
_SEVERAL = 2


def drift_text(entry: Folded) -> str:
    """Return how the rows of an entry drifted, with who and when as far as it is known."""
    drift = entry.first.drift
    if drift is None:
        return ""
    settled = entry.first.action is Action.RECONFIGURE and not entry.first.differences
    then = "; it is as git wants it, and apply takes it into the history" if settled else ""
    if drift.session_user is None:
        return drift.description + then
    last, earlier = ("last by", _earlier(drift)) if drift.earlier_by else ("by", "")
    by = f"{last} {_by(drift)} {when(entry.changes)}".rstrip()
    return f"{drift.description}, {by}{earlier}{then}"


def edits_text(found: Edits) -> str:
    """Return who edited how much, and when."""
    sites = counted(found.sites, "site")
    return (
        f"{len(found.changes)} drifted at {sites}, by {_by(found.by)} {when(found.changes)}".strip()
    )


def edited_by(change: Change) -> str:
    """Return which database role made a row drift, as far as it is known."""
    user = change.drift.session_user if change.drift else None
    return user or "not known"


def when(changes: Sequence[Change]) -> str:
    """Return when rows were edited, in words; nothing if it is not known."""
    times = first_and_last(changes)
    if not times:
        return ""
    return f"between {times[0]} and {times[1]}" if len(times) > 1 else f"at {times[0]}"


def first_and_last(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return when the first and the last row was edited: two times, one, or none if not known."""
    times = sorted({change.drift.at for change in changes if change.drift and change.drift.at})
    return tuple(dict.fromkeys((*times[:1], *times[-1:])))


def row_times(entry: Folded) -> list[str]:
    """Return site and time of each row, where an entry has rows edited at several times."""
    if len(first_and_last(entry.changes)) < _SEVERAL:
        return []
    return [
        f"{change.site} {change.drift.at if change.drift and change.drift.at else 'not known'}"
        for change in entry.changes
    ]


def _earlier(drift: Drift) -> str:
    named = ", ".join(drift.earlier_by[:_MOST_NAMED])
    left = len(drift.earlier_by) - _MOST_NAMED
    others = f" and {counted(left, 'other')}" if left > 0 else ""
    return f", before that by {named}{others}"


def _by(drift: Drift) -> str:
    using = f" using {drift.application}" if drift.application else ""
    where = f" from {drift.address}" if drift.address else ""
    return f"{drift.session_user or UNKNOWN}{using}{where}"


def rest_title(found: Sections) -> str:
    """Return what the changes that are not the reader's are called, with their number."""
    return f"Not from this pull request ({counted(found.left, 'change')})"


def rest_lines(found: Sections) -> list[str]:
    """Return the changes that are not the reader's in a line each: how many, whose and when."""
    return [line for part in found.rest for line in _part_lines(part)]


def _part_lines(part: Part) -> list[str]:
    sites = counted(len({change.site for change in part.changes}), "site")
    if part.origin is not Origin.DRIFT:
        return [f"{len(part.changes)} pending at {sites}: in git, not yet applied"]
    named = edits(part.changes)[:_MOST_NAMED]
    left = len(part.changes) - sum(len(each.changes) for each in named)
    more = [f"{left} drifted besides"] if left else []
    return [*map(edits_text, named), *more]
