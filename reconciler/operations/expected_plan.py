"""Whether the plan that was reviewed may still be applied, and if not, what has changed since.

A plan file is applied exactly as it is, once, to the database it was made from, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC

from msgspec.structs import replace

from reconciler.database import state as database
from reconciler.database.connection import Connection
from reconciler.desired.git import GitFolder, open_folder
from reconciler.model.change import Change
from reconciler.model.desired import ConfigurationKey
from reconciler.model.errors import BlockedError, ReconcilerError, RefusedPlanError, StalePlanError
from reconciler.model.live import LastChange
from reconciler.model.plan import Plan
from reconciler.operations.desired_state import Source
from reconciler.operations.plan import plan_on
from reconciler.operations.preparing import PlanRequest, plan_of_invalid, prepare
from reconciler.planning.plan import live_fingerprint

PLAN_AGAIN = "Plan again, and have the new plan reviewed; nothing was written."
_MOST_ROWS = 20
_FIELDS = (
    "scope",
    "filters",
    "changes",
    "refreshes",
    "diagnostics",
    "needed_signoffs",
    "blocked",
    "windows",
    "base",
)


def why_refused(
    connection: Connection, request: PlanRequest, expected: Plan, planned: Plan, *, follow: bool
) -> RefusedPlanError | None:
    """Return why ``expected`` may not be applied any more; None where it is what would be done.

    Args:
        connection: the database, in a transaction that only reads.
        request: what was planned now.
        expected: the plan that was reviewed.
        planned: the same, made now.
        follow: whether the branch that led to the plan must still be where it was.
    """
    return (
        _of_another_database(expected, planned)
        or _applied_before(connection, expected, planned)
        or (_branch_moved(connection, request, expected) if follow else None)
        or _differs(connection, expected, planned)
    )


def _of_another_database(expected: Plan, planned: Plan) -> StalePlanError | None:
    made_for, here = expected.database, planned.database
    if made_for == here:
        return None
    details = []
    if made_for and here:
        named = (
            ("database", made_for.database, here.database),
            ("server (system identifier)", made_for.system_identifier, here.system_identifier),
            ("schema version", made_for.schema_version, here.schema_version),
        )
        details = [f"{what}: {then}, and here {now}" for what, then, now in named if then != now]
    return StalePlanError(
        "the plan was made for another database",
        "Name the database it was made for with --database, or plan again for this one.",
        details=details,
    )


def _applied_before(connection: Connection, expected: Plan, planned: Plan) -> StalePlanError | None:
    applied = database.run_that_applied(connection, expected.plan_id)
    if applied is None:
        return None
    run_id, at = applied
    return StalePlanError(
        f"this plan was applied before, by run {run_id} at {at:%Y-%m-%d %H:%M:%S %Z}",
        "A plan is applied once: plan again to see what is left to do.",
        planned,
    )


def _branch_moved(
    connection: Connection, request: PlanRequest, expected: Plan
) -> RefusedPlanError | None:
    """Return that the branch has other commits now; where it leads to a blocked plan, that."""
    ref, commit = expected.desired.ref, expected.desired.commit
    git = open_folder(request.source.folder)
    if ref is None or commit is None or git is None:
        return None
    name = ref.removeprefix("refs/").partition("/")[2] or ref
    try:
        now = git.resolve(ref)
    except ReconcilerError:
        return StalePlanError(
            f"the plan was made from {name}, which this repository does not have",
            f"Fetch it, or pass --ref {commit[:12]} to apply that commit wherever {name} is.",
        )
    if now == commit:
        return None
    details = list(_moves(git, commit, now))
    there = _plan_at(connection, request, now)
    if there.blocked:
        return BlockedError(
            f"{name} has moved since the plan was made, and what it says now is blocked: "
            + "; ".join(there.why_blocked),
            "Mend what blocks it, and plan again; nothing was written.",
            there,
            details,
        )
    return StalePlanError(f"{name} has moved since the plan was made", PLAN_AGAIN, there, details)


def _moves(git: GitFolder, then: str, now: str) -> Iterator[str]:
    yield f"planned at {then[:12]}, and now at {now[:12]}"
    newer, gone = git.commits_between(then, now), git.commits_between(now, then)
    if gone:
        yield f"{len(gone)} of the commits that were planned are not in it any more"
    if newer:
        newest = git.revision(now)
        yield (
            f"{len(newer)} new, the newest by {newest.author_name} <{newest.author_email}>: "
            f"{newest.subject}"
        )


def _plan_at(connection: Connection, request: PlanRequest, commit: str) -> Plan:
    source = Source(request.source.folder, commit)
    prepared = prepare(replace(request, source=source, base=None))
    return plan_of_invalid(prepared) or plan_on(connection, prepared)


def _differs(connection: Connection, expected: Plan, planned: Plan) -> RefusedPlanError | None:
    if planned.plan_id == expected.plan_id:
        return None
    if planned.filters != expected.filters:
        here = ", ".join(planned.filters) or "neither --site nor --extension"
        then = ", ".join(expected.filters) or "neither --site nor --extension"
        return StalePlanError(
            f"the plan was made with {then}, and here is {here}",
            "Leave them out: the plan file knows what it was narrowed to.",
        )
    moved = _moved_rows(connection, expected.changes, planned.changes)
    # Rows that moved may be what blocks it; then who moved them is what has to be known.
    if planned.blocked and not expected.blocked and not moved:
        return BlockedError(
            f"the plan is blocked by now: {'; '.join(planned.why_blocked)}", PLAN_AGAIN, planned
        )
    return StalePlanError(
        "what would be applied now is not what was planned",
        PLAN_AGAIN,
        planned,
        what_moved(connection, expected, planned),
    )


def what_moved(connection: Connection, before: Plan, now: Plan) -> list[str]:
    """Return what makes two plans of one desired state differ: rows, by whom and when, first.

    Args:
        connection: the database, in an open transaction.
        before: the plan that was made first.
        now: the plan that was made last.
    """
    lines = []
    if before.desired.commit != now.desired.commit:
        then, here = (str(each.desired.commit)[:12] for each in (before, now))
        lines.append(f"the desired state: planned at {then}, and now {here}")
    moved = _moved_rows(connection, before.changes, now.changes)
    newest = database.newest_changes(connection, list(moved))
    for key, change in list(moved.items())[:_MOST_ROWS]:
        lines.append(f"{change.site} / {change.extension}: {_told(newest.get(key))}")
    if len(moved) > _MOST_ROWS:
        lines.append(f"and {len(moved) - _MOST_ROWS} rows more")
    return lines or [_other_parts(before, now)]


def _moved_rows(
    connection: Connection, before: Iterable[Change], now: Iterable[Change]
) -> dict[ConfigurationKey, Change]:
    """Return what was to change and has moved since, and after it what has come to differ."""
    planned = {change.key: change for change in before}
    come = {change.key: change for change in now if change.key not in planned}
    sites = sorted({key.site_id for key in planned}, key=str)
    rows = {row.key: row for row in database.managed_rows(connection, sites)}
    moved = {
        key: change
        for key, change in planned.items()
        if change.live_fingerprint != live_fingerprint(rows.get(key))
    }
    return {
        key: change
        for part in (moved, come)
        for key, change in sorted(part.items(), key=lambda item: item[1].sort_key)
    }


def _told(change: LastChange | None) -> str:
    if change is None:
        return "changed, and the audit log does not say by whom"
    using = f" using {change.application}" if change.application else ""
    where = f" from {change.address}" if change.address else ""
    run = f", run {change.run_id}" if change.run_id else ""
    at = change.at.astimezone(UTC)
    return f"{change.action} by {change.by}{using}{where} at {at:%Y-%m-%d %H:%M:%S} UTC{run}"


def _other_parts(before: Plan, now: Plan) -> str:
    parts = [
        field.replace("_", " ")
        for field in _FIELDS
        if getattr(before, field) != getattr(now, field)
    ]
    return f"no row moved; these parts of the plan differ: {', '.join(parts) or 'its counts'}"
