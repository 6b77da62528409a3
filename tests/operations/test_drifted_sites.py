"""A plan about drift reads the rows of drifted sites alone, and says the same as of all rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.model.errors import UsageError
from reconciler.model.evidence import Mismatch
from reconciler.model.plan import Plan, Scope
from reconciler.operations.audit import AuditRequest, verify_audit
from reconciler.planning.selection import Selection
from tests.operations.test_drift import EDIT_NAMES, EDITS, Edit, add_a_row, leave_the_hash
from tests.support.installation import (
    BREMEN,
    BREMEN_ERP,
    CORK,
    CORK_ERP,
    DAYTON,
    DAYTON_ERP,
    ERP,
    Installation,
    erp_file,
)

SWAPPED = (
    "UPDATE site_extension_configs AS live SET version = other.version, "
    "configuration = other.configuration, config_hash = other.config_hash "
    "FROM site_extension_configs AS other "
    "WHERE live.site_id = %s AND other.site_id = live.site_id "
    "AND other.extension_id <> live.extension_id"
)
EXTENSIONS = "the extensions are e-signature, erp-adapter, line-dashboard."


def drifted_changes(plan: Plan) -> list[dict[str, Any]]:
    return [change for change in json.loads(plan.to_json())["changes"] if change["drift"]]


@pytest.mark.parametrize("edit", [edit for edit, _ in EDITS], ids=EDIT_NAMES)
def test_drift_is_told_as_a_plan_that_reads_every_row_tells_it(
    installation: Installation, edit: Edit
) -> None:
    edit(installation)
    installation.commit("Sync slower", {DAYTON_ERP: erp_file("dayton", interval=90)})
    everything, drift = installation.plan(), installation.plan(scope=Scope.DRIFTED)
    assert drifted_changes(drift) == drifted_changes(everything) != []
    assert len(drift.changes) == drift.summary.drifted == everything.summary.drifted == 1
    assert drift.summary.unchanged == (6 if edit is add_a_row else 5)
    assert drift.summary.sites_managed == everything.summary.sites_managed == 3


def test_two_extensions_that_changed_contents_are_both_drift(installation: Installation) -> None:
    installation.rows(SWAPPED, [CORK])
    found = installation.plan(scope=Scope.DRIFTED)
    assert [(change.site, change.extension) for change in found.changes] == [
        ("cork", "erp-adapter"),
        ("cork", "line-dashboard"),
    ]
    installation.apply(scope=Scope.HEALABLE)
    assert installation.plan(scope=Scope.DRIFTED).changes == ()


def test_drift_elsewhere_than_at_the_selected_sites_is_passed_over(
    installation: Installation,
) -> None:
    leave_the_hash(installation)
    for site, drifted in (("cork", 1), ("dayton", 0)):
        narrowed = Selection(sites=(site,))
        assert len(installation.plan(scope=Scope.DRIFTED, selection=narrowed).changes) == drifted


@pytest.mark.parametrize("scope", Scope)
def test_a_misspelt_extension_is_answered_with_all_there_are_whatever_is_read(
    installation: Installation, scope: Scope
) -> None:
    with pytest.raises(UsageError, match="nothing is selected by --extension 'erp-adaptor'") as hit:
        installation.plan(scope=scope, selection=Selection(extensions=("erp-adaptor",)))
    assert hit.value.hint is not None
    assert hit.value.hint.endswith(EXTENSIONS)


@pytest.mark.parametrize("scope", Scope)
def test_an_extension_that_no_site_has_any_more_can_still_be_selected(
    installation: Installation, scope: Scope
) -> None:
    installation.commit(
        "Leave the ERP",
        dict.fromkeys((BREMEN_ERP, CORK_ERP, DAYTON_ERP)),
    )
    installation.apply()
    assert installation.plan(scope=scope, selection=Selection(extensions=(ERP,))).changes == ()


@pytest.mark.parametrize("scope", [Scope.DRIFTED, Scope.HEALABLE])
def test_that_nothing_is_desired_any_more_is_told_with_what_is_there(
    installation: Installation, scope: Scope
) -> None:
    installation.commit(
        "Forget them all",
        {
            "sites/bremen/extensions": None,
            "sites/cork/extensions": None,
            "sites/dayton/extensions": None,
            "profiles/standard.yaml": "description: Nothing\nextensions: {}\n",
        },
    )
    found = installation.plan(scope=scope)
    assert found.changes == ()
    assert [
        (each.code.value, "has 6 configurations" in each.message) for each in found.blocked
    ] == [("empty-desired-state", True)]


def wrongly_rolled_up(installation: Installation, *sites: str) -> list[tuple[Any, ...]]:
    request = AuditRequest(installation.folder, sites)
    found = verify_audit(request, None, installation.service).verification.tampering
    return [(each.site_id, each.mismatch) for each in found]


def test_the_roll_ups_of_applies_deactivations_and_healings_are_verified(
    installation: Installation,
) -> None:
    installation.commit("Leave the ERP", {DAYTON_ERP: None})
    installation.apply()
    leave_the_hash(installation)
    installation.apply(scope=Scope.HEALABLE)
    leave_the_hash(installation)
    assert wrongly_rolled_up(installation) == []


ALTERED = {
    "a roll-up": (
        "site_applied_rollups",
        "UPDATE site_applied_rollups SET rollup = '' WHERE site_id = %s",
    ),
    "the number in it": (
        "site_applied_rollups",
        "UPDATE site_applied_rollups SET configurations = 9 WHERE site_id = %s",
    ),
    "no roll-up any more": (
        "site_applied_rollups",
        "DELETE FROM site_applied_rollups WHERE site_id = %s",
    ),
    "the history": (
        "site_extension_config_versions",
        "UPDATE site_extension_config_versions SET config_hash = 'x' WHERE site_id = %s",
    ),
    "a version more": (
        "site_extension_config_versions",
        (
            "INSERT INTO site_extension_config_versions "
            "(site_id, extension_id, config_version, run_id) "
            "SELECT site_id, extension_id, 2, run_id "
            "FROM site_extension_config_versions WHERE site_id = %s"
        ),
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_roll_up_that_is_not_what_the_history_has_is_named_by_its_site(
    installation: Installation, what: str
) -> None:
    table, statement = ALTERED[what]
    with installation.connection() as connection, connection.transaction():
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        connection.execute(statement.encode(), [DAYTON])
    assert wrongly_rolled_up(installation) == [(DAYTON, Mismatch.ROLLUP_DIFFERS)]
    assert wrongly_rolled_up(installation, "cork", str(BREMEN)) == []
