"""What every format shows of a plan: grouped by origin, folded over sites, one line a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reconciler.model.change import Action, Change, FieldDifference, Operation, Origin
from reconciler.model.plan import Plan, Scope
from reconciler.report.escaping import shown_value

SYMBOLS = {
    Action.ACTIVATE: "+",
    Action.RECONFIGURE: "~",
    Action.DEACTIVATE: "-",
    Action.SIGNOFF: "✓",
}
_TITLES = {
    Origin.PULL_REQUEST: "Changes of this pull request",
    Origin.PROFILE: "Changes through a profile of this pull request",
    Origin.PENDING: "Pending: in git, not yet applied",
    Origin.DRIFT: "Drift: changed in the database, outside git",
}


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one origin. ``leads`` says that they are what the reader came for."""

    title: str
    changes: tuple[Change, ...]
    leads: bool


def groups(plan: Plan) -> list[Group]:
    """Return the plan's changes by origin; those of the pull request first and alone open."""
    found = [
        Group(title, plan.with_origin(origin), leads=origin in _leading(plan))
        for origin, title in _TITLES.items()
    ]
    return [group for group in found if group.changes]


def _leading(plan: Plan) -> tuple[Origin, ...]:
    """Without a base nothing is a pull request's, and all changes are of equal interest."""
    return (Origin.PULL_REQUEST, Origin.PROFILE) if plan.base else tuple(Origin)


def verdict(plan: Plan) -> str:
    """Return the plan in one line."""
    if plan.errored:
        return "The desired state is not valid; nothing was compared."
    if plan.scope is not Scope.ALL:
        return _drift_verdict(plan)
    if not plan.differs and not plan.blocked:
        return "No changes. The database is as desired."
    summary = summary_line(plan) or "no changes"
    if plan.blocked:
        return f"Blocked: {summary}, and the plan may not be applied."
    if not plan.changes:
        return f"No configuration changes; {_refreshed(plan)}."
    touched = f"Plan: {summary}, at {counted(plan.summary.sites_touched, 'site')}"
    return f"{touched}; {_refreshed(plan)}." if plan.refreshes else f"{touched}."


def _refreshed(plan: Plan) -> str:
    sites = counted(len(plan.refreshes), "site")
    return (
        f"the records of dependencies, conflicts and required signatures at {sites} "
        "follow what the catalog and the waivers say now"
    )


def _drift_verdict(plan: Plan) -> str:
    if not plan.changes:
        return "No drift. The database is as the reconciler left it."
    rows = counted(len(plan.changes), "configuration")
    sites = counted(plan.summary.sites_touched, "site")
    return f"Drift: {rows} changed outside git, at {sites}."


def summary_line(plan: Plan) -> str:
    """Return the counts of what would happen, without zeros."""
    summary = plan.summary
    counts = (
        (summary.activate, "to activate"),
        (summary.reconfigure, "to reconfigure"),
        (summary.deactivate, "to deactivate"),
        (summary.signoff, "signoffs to record" if summary.signoff > 1 else "signoff to record"),
    )
    return ", ".join(f"{number} {what}" for number, what in counts if number)


def context_line(plan: Plan) -> str:
    """Return what was compared with what."""
    name = plan.installation or "the desired state"
    commit = plan.desired.commit[:12] if plan.desired.commit else "no commit"
    dirty = " with uncommitted changes" if plan.desired.dirty and plan.desired.commit else ""
    if plan.database is None:
        return f"{name} at {commit}{dirty}"
    unmanaged = plan.summary.sites_unmanaged
    left_alone = f", {counted(unmanaged, 'unmanaged site')} left alone" if unmanaged else ""
    managed = counted(plan.summary.sites_managed, "managed site")
    database = plan.database.database
    return f"{name} at {commit}{dirty}, database {database}, {managed}{left_alone}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def version_text(change: Change) -> str:
    """Return the version, or the step from one to the other."""
    if change.old_version and change.new_version and change.old_version != change.new_version:
        return f"{change.old_version} → {change.new_version}"
    return change.new_version or change.old_version or ""


def signature_text(change: Change) -> str:
    """Return what a signoff says."""
    signature = change.signature
    if signature is None:
        return ""
    return f"{signature.aspect}: {signature.meaning} by {signature.signed_by} ({signature.role})"


def drift_text(change: Change) -> str:
    """Return how a row drifted, with who and when as far as it is known."""
    drift = change.drift
    if drift is None:
        return ""
    settled = change.action is Action.RECONFIGURE and not change.differences
    then = "; it is as git wants it, and apply takes it into the history" if settled else ""
    if drift.session_user is None:
        return drift.description + then
    where = f" from {drift.address}" if drift.address else ""
    using = f" using {drift.application}" if drift.application else ""
    return f"{drift.description}, by {drift.session_user}{using}{where} at {drift.at}{then}"


def shortened(change: Change) -> str:
    """Return how many values a change adds or removes as a whole, for where they are not listed.

    A reconfiguration is never shortened: its differences are what a reader looks for.
    """
    if change.action is Action.RECONFIGURE or not change.differences:
        return ""
    return f"{counted(len(change.differences), 'value')}; -v lists them"


def diff_lines(differences: Sequence[FieldDifference]) -> list[str]:
    """Return field differences as lines of a diff: the symbol is the first character."""
    lines = []
    for difference in differences:
        place = difference.pointer or "(whole configuration)"
        if difference.operation is not Operation.ADD:
            lines.append(f"- {place}: {shown_value(difference.old)}")
        if difference.operation is not Operation.REMOVE:
            lines.append(f"+ {place}: {shown_value(difference.new)}")
    return lines


def counts_by_site(changes: Sequence[Change]) -> list[tuple[str, int]]:
    """Return how many changes each site has, in the plan's order."""
    by_site = groupby(changes, key=lambda change: change.site)
    return [(site, sum(1 for _ in found)) for site, found in by_site]
