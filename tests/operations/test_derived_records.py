"""Derived records: an apply keeps dependencies, conflicts, signatures and verdicts as they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from reconciler.model.manifest import ConflictScope
from reconciler.model.plan import Scope
from reconciler.model.relations import (
    ConflictType,
    DependencyType,
)
from tests.support.installation import (
    BREMEN,
    CORK,
    CORK_ERP,
    DASHBOARD,
    DAYTON,
    DAYTON_ERP,
    ERP,
    SIGNATURE,
    Installation,
    erp_file,
)
from tests.support.relations import (
    accepted,
    apply_knowing,
    conflict,
    plan_knowing,
    relations,
    resolution,
)

DEPENDENCIES = (
    "SELECT extension_id, dependency_type, dependency_id, min_version, resolved_version, "
    "resolved_provider, satisfied, reason FROM extension_dependency_cache "
    "WHERE site_id = %s ORDER BY 1, 2, 3"
)
CONFLICTS = (
    "SELECT extension_id_1, extension_id_2, severity, reason, resolved_at IS NULL, "
    "resolution_notes FROM extension_conflicts_detected "
    "WHERE site_id = %s ORDER BY detected_at, extension_id_1"
)
VERDICT = (
    "SELECT validated, validation_errors, detected_conflicts FROM site_extension_configs "
    "WHERE site_id = %s AND extension_id = %s"
)
LEDGER = conflict((CORK, DASHBOARD), (CORK, ERP))
AT_ODDS = relations(conflicts=(LEDGER,))
WAIVED = (accepted("cork", ERP, DASHBOARD),)


def conflicts(installation: Installation, site: UUID = CORK) -> list[tuple[Any, ...]]:
    return installation.rows(CONFLICTS, [site])


def verdict(installation: Installation, site: UUID, extension: str) -> tuple[Any, ...]:
    (found,) = installation.rows(VERDICT, [site, extension])
    return found


def note(installation: Installation) -> str:
    (text,) = installation.rows(
        "SELECT resolution_notes FROM extension_conflicts_detected "
        "WHERE site_id = %s AND resolved_at IS NOT NULL",
        [CORK],
    )[0]
    return str(text)


@pytest.fixture
def at_odds(unapplied: Installation) -> Installation:
    """An installation where Cork's dashboard and ERP conflict, which a waiver accepts."""
    apply_knowing(unapplied, AT_ODDS, WAIVED)
    return unapplied


def test_a_dependency_is_kept_with_what_meets_it(unapplied: Installation) -> None:
    long_range = " || ".join(["^3.0.0"] * 20)
    known = relations(
        resolutions=(
            resolution(CORK, DASHBOARD, ERP, wanted=long_range),
            resolution(
                *(CORK, ERP, "audit-trail"),
                type=DependencyType.CAPABILITY,
                wanted="v2",
                resolved_version=None,
                resolved_provider=None,
                satisfied=False,
                reason="Nothing at the site provides it",
            ),
        )
    )
    apply_knowing(unapplied, known)
    assert unapplied.rows(DEPENDENCIES, [CORK]) == [
        (
            *(ERP, "capability", "audit-trail", "v2", None, None, False),
            "Nothing at the site provides it",
        ),
        (DASHBOARD, "extension", ERP, long_range, "3.0.0", ERP, True, None),
    ]
    assert unapplied.rows(DEPENDENCIES, [BREMEN]) == []


def test_a_dependency_that_is_recorded_so_already_is_not_written_again(
    unapplied: Installation,
) -> None:
    met = resolution(CORK, DASHBOARD, ERP)
    lacking = resolution(
        *(CORK, DASHBOARD, "audit-trail"),
        type=DependencyType.CAPABILITY,
        resolved_version=None,
        resolved_provider=None,
        satisfied=False,
    )
    apply_knowing(unapplied, relations(resolutions=(met, lacking)))
    written = "SELECT *, xmin::text, xmax::text FROM extension_dependency_cache ORDER BY id"
    before = unapplied.rows(written)
    unapplied.commit("Slow down", {CORK_ERP: erp_file("CORK", interval=900)})
    apply_knowing(unapplied, relations(resolutions=(met, lacking)))
    assert len(before) == 2
    assert unapplied.rows(written) == before


def test_a_dependency_that_was_given_an_end_is_kept_without_one_again(
    unapplied: Installation,
) -> None:
    known = relations(resolutions=(resolution(CORK, DASHBOARD, ERP),))
    apply_knowing(unapplied, known)
    unapplied.edit("UPDATE extension_dependency_cache SET expires_at = now()")
    unapplied.commit("Slow down", {CORK_ERP: erp_file("CORK", interval=900)})
    apply_knowing(unapplied, known)
    assert unapplied.rows("SELECT expires_at FROM extension_dependency_cache") == [(None,)]


def test_a_dependency_that_is_met_otherwise_is_updated_and_one_that_is_gone_removed(
    unapplied: Installation,
) -> None:
    stays, goes = resolution(CORK, DASHBOARD, ERP), resolution(CORK, DASHBOARD, SIGNATURE)
    apply_knowing(unapplied, relations(resolutions=(stays, goes)))
    ids = "SELECT dependency_id, id FROM extension_dependency_cache"
    before = dict(unapplied.rows(ids))
    moved = resolution(CORK, DASHBOARD, ERP, resolved_version="3.1.0")
    comes = resolution(CORK, ERP, DASHBOARD)
    apply_knowing(unapplied, relations(resolutions=(moved, comes)))
    after = dict(unapplied.rows(ids))
    assert after.keys() == {ERP, DASHBOARD}
    assert after[ERP] == before[ERP]
    kept = {row[2]: row[4] for row in unapplied.rows(DEPENDENCIES, [CORK])}
    assert kept == {ERP: "3.1.0", DASHBOARD: "3.0.0"}


def test_a_conflict_is_recorded_once_with_all_that_makes_it(unapplied: Installation) -> None:
    found = conflict(
        (CORK, ERP),
        (CORK, DASHBOARD),
        type=ConflictType.POLICY,
        scope=ConflictScope.RESOURCE,
        capability="ledger",
        resource="orders",
        first_policy="replace",
        second_policy="merge",
    )
    waived = accepted("cork", ERP, f"{DASHBOARD} in ledger/orders", code="conflict-policy")
    apply_knowing(unapplied, relations(conflicts=(found,)), (waived,))
    assert unapplied.rows(
        "SELECT site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, "
        "capability, resource, policy_1, policy_2, severity, reason, resolved_at "
        "FROM extension_conflicts_detected"
    ) == [
        (
            *(CORK, ERP, DASHBOARD, None, "policy", "resource", "ledger", "orders"),
            *("replace", "merge", "warning", "Both write the ledger", None),
        )
    ]


def test_a_conflict_is_an_error_where_no_waiver_accepted_it(unapplied: Installation) -> None:
    apply_knowing(unapplied, AT_ODDS)
    assert [row[2] for row in conflicts(unapplied)] == ["error"]


def test_a_conflict_with_other_words_or_weight_is_the_same_row(at_odds: Installation) -> None:
    ids = "SELECT id, detected_at FROM extension_conflicts_detected"
    before = at_odds.rows(ids)
    reworded = relations(conflicts=(conflict(LEDGER.first, LEDGER.second, reason="Both lock it"),))
    apply_knowing(at_odds, reworded)
    assert at_odds.rows(ids) == before
    assert [row[2:] for row in conflicts(at_odds)] == [("error", "Both lock it", True, None)]


def test_several_reasons_for_the_same_conflict_are_one_row(unapplied: Installation) -> None:
    also = conflict(LEDGER.first, LEDGER.second, reason="And both lock it")
    apply_knowing(unapplied, relations(conflicts=(LEDGER, also, LEDGER)), WAIVED)
    assert [row[3] for row in conflicts(unapplied)] == ["And both lock it; Both write the ledger"]


@pytest.mark.parametrize(
    ("content", "what"), [(None, "deactivated"), (erp_file("cork", interval=90), "reconfigured")]
)
def test_a_conflict_that_a_change_resolved_says_which(
    at_odds: Installation, content: str | None, what: str
) -> None:
    commit = at_odds.commit("Settle it", {CORK_ERP: content})
    run = apply_knowing(at_odds, relations()).run_id
    assert note(at_odds) == f"resolved by run {run}: {ERP} {what} at commit {commit}"
    assert [row[4] for row in conflicts(at_odds)] == [False]


def test_a_conflict_that_is_gone_without_a_change_says_at_which_commit(
    at_odds: Installation,
) -> None:
    commit = at_odds.commit("Say more in the catalog", {})
    run = apply_knowing(at_odds, relations()).run_id
    assert note(at_odds) == f"resolved by run {run}: no longer found at commit {commit}"


def test_a_conflict_that_is_back_is_a_new_row(at_odds: Installation) -> None:
    apply_knowing(at_odds, relations())
    resolved = conflicts(at_odds)
    apply_knowing(at_odds, AT_ODDS, WAIVED)
    back = (ERP, DASHBOARD, "warning", "Both write the ledger", True, None)
    assert conflicts(at_odds) == [*resolved, back]


def test_a_conflict_between_two_sites_is_recorded_at_both_and_resolved_at_both(
    unapplied: Installation,
) -> None:
    spans = conflict(
        (BREMEN, ERP),
        (DAYTON, ERP),
        type=ConflictType.POLICY,
        scope=ConflictScope.GLOBAL,
        first_policy="leads",
        second_policy="leads-too",
    )
    beside = conflict(
        (CORK, DASHBOARD), (DAYTON, ERP), type=ConflictType.POLICY, scope=ConflictScope.GLOBAL
    )
    apply_knowing(unapplied, relations(conflicts=(spans, beside)), WAIVED)
    sides = (
        "SELECT site_id, extension_id_1, site_id_2, extension_id_2, policy_1, policy_2 "
        "FROM extension_conflicts_detected WHERE resolved_at IS NULL ORDER BY 1, 3"
    )
    assert unapplied.rows(sides) == [
        (BREMEN, ERP, DAYTON, ERP, "leads", "leads-too"),
        (CORK, DASHBOARD, DAYTON, ERP, None, None),
        (DAYTON, ERP, BREMEN, ERP, "leads-too", "leads"),
        (DAYTON, ERP, CORK, DASHBOARD, None, None),
    ]
    assert verdict(unapplied, BREMEN, ERP)[2] == [ERP]
    assert verdict(unapplied, DAYTON, ERP)[2] == [ERP, DASHBOARD]
    commit = unapplied.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    done = apply_knowing(unapplied, relations())
    assert (done.plan.summary.sites_touched, done.plan.refreshes) == (1, ("bremen", "cork"))
    assert unapplied.rows(sides) == []
    assert note(unapplied) == f"resolved by run {done.run_id}: {ERP} deactivated at commit {commit}"


def test_an_error_that_a_waiver_accepted_did_not_pass(at_odds: Installation) -> None:
    validated, errors, others = verdict(at_odds, CORK, ERP)
    assert (validated, others) == (False, [DASHBOARD])
    assert errors == [
        {
            "code": "conflict-explicit",
            "message": "erp-adapter conflicts with line-dashboard",
            "subject": DASHBOARD,
            "waiver": {
                "waived_by": "quality",
                "until": "2027-01-31",
                "reason": "Replaced in January",
            },
        }
    ]
    assert verdict(at_odds, CORK, DASHBOARD) == (True, None, [ERP])
    assert verdict(at_odds, BREMEN, ERP) == (True, None, None)
    assert at_odds.rows(
        "SELECT valid_configs, invalid_configs, conflicting_configs, needs_attention "
        "FROM v_site_config_status WHERE site_id = %s",
        [CORK],
    ) == [(1, 1, 2, True)]


def test_a_verdict_follows_when_there_is_nothing_left_to_accept(at_odds: Installation) -> None:
    apply_knowing(at_odds, relations())
    assert verdict(at_odds, CORK, DASHBOARD) == verdict(at_odds, CORK, ERP) == (True, None, None)
    assert at_odds.rows("SELECT DISTINCT needs_attention FROM v_site_config_status") == [(False,)]


def test_a_snapshot_holds_the_verdicts_of_its_own_run(at_odds: Installation) -> None:
    at_odds.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    run = apply_knowing(at_odds, relations()).run_id
    assert at_odds.rows(
        "SELECT jsonb_path_query_array(configurations, '$[*].validated') "
        "FROM configuration_snapshots WHERE run_id = %s",
        [run],
    ) == [([True, True],)]


def test_writing_a_verdict_is_neither_drift_nor_an_edit(at_odds: Installation) -> None:
    content = (
        "SELECT site_id, extension_id, config_hash, content_digest, updated_at "
        "FROM site_extension_configs ORDER BY 1, 2"
    )
    before = at_odds.rows(content)
    audited = at_odds.digest()["configuration_audit_log"]
    assert apply_knowing(at_odds, relations()).run_id is not None
    assert at_odds.rows(content) == before
    assert at_odds.digest()["configuration_audit_log"] == audited
    assert not any(change.drift for change in plan_knowing(at_odds, relations()).changes)


def test_a_second_apply_writes_no_record_of_any_kind(at_odds: Installation) -> None:
    before = at_odds.digest()
    done = apply_knowing(at_odds, AT_ODDS, WAIVED)
    assert (done.run_id, done.plan.refreshes, at_odds.digest()) == (None, (), before)


def test_the_records_of_a_deactivated_extension_go_with_it(at_odds: Installation) -> None:
    known = relations((resolution(DAYTON, ERP, DASHBOARD),), (LEDGER,))
    apply_knowing(at_odds, known, WAIVED)
    assert len(at_odds.rows(DEPENDENCIES, [DAYTON])) == 1
    at_odds.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    apply_knowing(at_odds, AT_ODDS, WAIVED)
    assert at_odds.rows(DEPENDENCIES, [DAYTON]) == []
    before = at_odds.digest()
    assert apply_knowing(at_odds, AT_ODDS, WAIVED).run_id is None
    assert at_odds.digest() == before


def test_healing_brings_back_the_records_that_a_deletion_took_along(
    unapplied: Installation,
) -> None:
    known = relations((resolution(BREMEN, SIGNATURE, ERP),), ())
    waived = (accepted("bremen", SIGNATURE, ERP),)
    apply_knowing(unapplied, known, waived)
    lost = ("extension_dependency_cache", "compliance_requirements")
    kept = [unapplied.rows(DEPENDENCIES, [BREMEN]), verdict(unapplied, BREMEN, SIGNATURE)]
    unapplied.edit("DELETE FROM site_extension_configs WHERE extension_id = %s", [SIGNATURE])
    assert [unapplied.digest()[table][0] for table in lost] == [0, 0]
    assert apply_knowing(unapplied, known, waived, scope=Scope.HEALABLE).run_id is not None
    assert [unapplied.digest()[table][0] for table in lost] == [1, 1]
    assert [unapplied.rows(DEPENDENCIES, [BREMEN]), verdict(unapplied, BREMEN, SIGNATURE)] == kept
    assert apply_knowing(unapplied, known, waived).run_id is None
