"""What every format says of a plan: the verdict, why it is blocked, and its rows in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from reconciler.model.change import Action, Change
from reconciler.model.plan import Plan, Scope
from reconciler.report.counting import counted
from reconciler.report.folding import Folded
from reconciler.report.sections import leading_origins

SYMBOLS = {
    Action.ACTIVATE: "+",
    Action.RECONFIGURE: "~",
    Action.DEACTIVATE: "-",
    Action.SIGNOFF: "✓",
}
OVERRIDE = 'apply --force "<reason>"'
"""What applies a plan in spite of reasons that are forceable."""
_FEW_SITES = 3


def verdict(plan: Plan) -> str:
    """Return the plan in one line."""
    if plan.errored:
        return "The desired state is not valid; nothing was compared."
    if plan.scope is not Scope.ALL:
        return _drift_verdict(plan)
    if not plan.differs and not plan.blocked:
        return "No changes. The database is as desired."
    return _full_verdict(plan) + _what_else(plan)


def _full_verdict(plan: Plan) -> str:
    what = _what_changes(plan)
    if may_be_forced(plan):
        return f"Unsafe: {what}, and only {OVERRIDE} applies it."
    if plan.blocked:
        return f"Blocked: {what}, and the plan may not be applied."
    if not plan.changes:
        return f"No configuration changes; {_refreshed(plan)}."
    return f"Plan: {what}; {_refreshed(plan)}." if plan.refreshes else f"Plan: {what}."


def may_be_forced(plan: Plan) -> bool:
    """Return whether every reason that blocks a plan can be overridden."""
    return bool(plan.blocked) and not reasons(plan, forceable=False)


def reasons(plan: Plan, *, forceable: bool) -> tuple[str, ...]:
    """Return the reasons that block a plan, those that can be overridden or all others."""
    return tuple(each.message for each in plan.blocked if each.forceable is forceable)


def _what_changes(plan: Plan) -> str:
    """Return the counts of what leads: with a base, of the pull request's own changes."""
    if not plan.changes:
        return "no changes"
    own = plan.with_origin(*leading_origins(plan))
    if not own:
        return "nothing from this pull request"
    counts = _counts(Counter(change.action for change in own))
    sites = counted(len({change.site_id for change in own}), "site")
    return counts if plan.blocked else f"{counts}, at {sites}"


def _what_else(plan: Plan) -> str:
    """Return a sentence on the changes that are not the pull request's, where there are any."""
    own = len(plan.with_origin(*leading_origins(plan)))
    left = len(plan.changes) - own
    if not left:
        return ""
    if not own:
        return f" {counted(left, 'change')} {'comes' if left == 1 else 'come'} from elsewhere."
    are = "is" if left == 1 else "are"
    return f" {counted(left, 'other change')} {are} not from this pull request."


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


def _counts(found: Mapping[Action, int]) -> str:
    signoffs = found[Action.SIGNOFF]
    named = (
        (found[Action.ACTIVATE], "to activate"),
        (found[Action.RECONFIGURE], "to reconfigure"),
        (found[Action.DEACTIVATE], "to deactivate"),
        (signoffs, "signoffs to record" if signoffs > 1 else "signoff to record"),
    )
    return ", ".join(f"{number} {what}" for number, what in named if number)


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


def named_sites(entry: Folded, most: int = _FEW_SITES) -> tuple[tuple[str, ...], int]:
    """Return the sites of an entry to name, and how many there are besides.

    Where not all can be named it is one less, which leaves room to say so.
    """
    if len(entry.sites) <= most:
        return entry.sites, 0
    shown = entry.sites[: max(most - 1, 1)]
    return shown, len(entry.sites) - len(shown)


def sites_text(entry: Folded, most: int = _FEW_SITES) -> str:
    """Return the sites of an entry, ``most`` of them by name."""
    shown, more = named_sites(entry, most)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def title(entry: Folded) -> str:
    """Return which configuration an entry is about, or which at how many sites."""
    if len(entry.sites) == 1:
        return f"{entry.first.site} / {entry.first.extension}"
    return f"{entry.first.extension} at {counted(len(entry.sites), 'site')}"


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


def counts_by_site(changes: Sequence[Change]) -> list[tuple[str, int]]:
    """Return how many changes each site has, in the plan's order."""
    by_site = groupby(changes, key=lambda change: change.site)
    return [(site, sum(1 for _ in found)) for site, found in by_site]
