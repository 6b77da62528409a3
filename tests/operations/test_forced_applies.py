"""What may be forced is applied with a reason, which every record of it keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.model.errors import BlockedError
from reconciler.model.plan import Plan
from reconciler.operations.apply import Applied
from tests.support.installation import (
    CORK_ERP,
    FILES,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
)

WHY = "The line stands still, agreed with Q. Quality"
FORCED = {"force": WHY}
NEVER = "{cron: '0 0 1 1 *', duration: 1m, timezone: UTC, kind: allow, reason: Once a year}"
ALWAYS = "{cron: '* * * * *', duration: 1h, timezone: UTC, kind: %s, reason: Year's end}"


def windows(installation: Installation, *given: str) -> None:
    text = FILES["reconciler.yaml"] + f"windows: [{', '.join(given)}]\n"
    installation.commit("Set windows", {"reconciler.yaml": text})


@pytest.fixture
def unsafe(installation: Installation) -> Installation:
    """An installation whose next plan changes more than it may at once."""
    text = FILES["reconciler.yaml"] + "safety: {maxSitesTouched: 1}\n"
    changes: dict[str, str | None] = {"reconciler.yaml": text, PROFILE: profile_file(refresh=10)}
    installation.commit("Refresh faster, one site at a time", changes)
    return installation


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one merged change that was not applied yet."""
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    return installation


def refused(installation: Installation, **options: Any) -> BlockedError:
    """Return why an apply was refused, which must have written nothing but its run's row."""
    before = installation.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(BlockedError) as raised:
        installation.apply(apply_options=options)
    assert installation.digest(leaving_out=("reconcile_runs",)) == before
    assert raised.value.exit_code == 3
    return raised.value


def test_an_unsafe_plan_names_what_would_override_it(unsafe: Installation) -> None:
    error = refused(unsafe)
    assert error.hint is not None
    assert '--force "<reason>"' in error.hint


def test_a_forced_apply_has_its_reason_in_its_row_and_in_every_audit_row(
    unsafe: Installation,
) -> None:
    plan = unsafe.plan()
    (reason,) = plan.blocked
    done = unsafe.apply(apply_options=FORCED)
    assert unsafe.rows("SELECT forced_reason FROM reconcile_runs WHERE id = %s", [done.run_id]) == [
        (WHY,)
    ]
    audited = unsafe.rows(
        "SELECT details -> 'forced' FROM configuration_audit_log WHERE details ->> 'runId' = %s",
        [str(done.run_id)],
    )
    told = {"reason": WHY, "overridden": [{"code": reason.code, "message": reason.message}]}
    assert audited == [(told,)] * len(plan.changes)


def test_nothing_is_called_forced_that_was_not(pending: Installation) -> None:
    done = pending.apply(apply_options=FORCED)
    assert pending.rows(
        "SELECT forced_reason FROM reconcile_runs WHERE id = %s", [done.run_id]
    ) == [(None,)]
    assert pending.rows(
        "SELECT count(*) FROM configuration_audit_log WHERE details ? 'forced'"
    ) == [(0,)]


def test_a_saved_plan_that_is_unsafe_is_forced_as_it_is(unsafe: Installation) -> None:
    plan = unsafe.plan()
    done = unsafe.apply(apply_options={**FORCED, "expected": plan})
    assert done.plan.plan_id == plan.plan_id


def test_a_finding_is_never_forced(unsafe: Installation) -> None:
    unsafe.commit("Ask for an aspect", {CORK_ERP: erp_file("cork", version="9.9.9")})
    assert unsafe.plan().errored
    manifest = "catalog/extensions/erp-adapter/3.0.0.yaml"
    conflict = "conflicts: {explicit: [{id: line-dashboard, reason: One port}]}\n"
    unsafe.commit(
        "Find a conflict",
        {CORK_ERP: erp_file("cork"), manifest: FILES[manifest] + conflict},
    )
    error = refused(unsafe, **FORCED)
    assert "2 findings of conflict-explicit" in error.message
    assert error.hint is not None
    assert "cannot be forced" in error.hint


def test_a_closed_window_refuses_and_says_from_when(pending: Installation) -> None:
    windows(pending, NEVER)
    assert pending.plan().applyable, "whether a window is open is no matter of the plan"
    error = refused(pending)
    assert re.search(r"Once a year.*20\d\d-01-01 00:00", error.message), error.message


def test_an_open_window_lets_the_apply_through(pending: Installation) -> None:
    windows(pending, ALWAYS % "allow", NEVER)
    assert pending.apply().run_id is not None


def test_a_freeze_goes_before_an_open_window(pending: Installation) -> None:
    windows(pending, ALWAYS % "allow", ALWAYS % "deny")
    assert "Year's end" in refused(pending).message


def test_a_freeze_is_forced_with_a_reason(pending: Installation) -> None:
    windows(pending, ALWAYS % "deny")
    done = pending.apply(apply_options=FORCED)
    assert pending.rows(
        "SELECT details #>> '{forced,overridden,0,code}' FROM configuration_audit_log "
        "WHERE details ->> 'runId' = %s",
        [str(done.run_id)],
    ) == [("change-freeze",)]


def test_a_freeze_holds_healing_as_well(installation: Installation) -> None:
    windows(installation, ALWAYS % "deny")
    installation.apply(apply_options=FORCED)
    installation.rows("UPDATE site_extension_configs SET configuration = '{}'")
    refused(installation)


def apply_two_minutes_after(at: datetime, pending: Installation, **options: Any) -> Applied:
    """Apply what is planned at a time and confirmed two minutes later; mornings are open."""
    now = at
    windows(
        pending, "{cron: '0 8 * * *', duration: 4h, timezone: UTC, kind: allow, reason: Mornings}"
    )

    def confirm(_plan: Plan) -> bool:
        nonlocal now
        now += timedelta(minutes=2)
        return True

    return pending.apply(confirm=confirm, apply_options={**options, "clock": lambda: now})


def test_a_window_that_closes_while_a_run_waits_for_its_turn_is_closed_for_it(
    pending: Installation,
) -> None:
    before = pending.digest(leaving_out=("reconcile_runs",))
    with pytest.raises(BlockedError, match="Mornings"):
        apply_two_minutes_after(datetime(2026, 3, 2, 11, 59, tzinfo=UTC), pending)
    assert pending.digest(leaving_out=("reconcile_runs",)) == before


def test_a_window_that_opens_while_a_run_waits_for_its_turn_was_not_forced(
    pending: Installation,
) -> None:
    done = apply_two_minutes_after(datetime(2026, 3, 2, 7, 59, tzinfo=UTC), pending, **FORCED)
    assert "nothing had to be forced" in done.warnings
    forced = "SELECT forced_reason FROM reconcile_runs WHERE id = %s"
    assert pending.rows(forced, [done.run_id]) == [(None,)]
    audited = (
        "SELECT details ? 'forced' FROM configuration_audit_log WHERE details ->> 'runId' = %s"
    )
    assert pending.rows(audited, [str(done.run_id)]) == [(False,)]
