"""What stands in the records: who drifted a row, no value that nobody checked, no plan twice."""

from __future__ import annotations

import pytest
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import connect
from reconciler.model.errors import StalePlanError
from reconciler.model.plan import Scope
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    BREMEN_ERP,
    CORK_ERP,
    Installation,
    erp_file,
)

EDIT = (
    "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 5}' "
    "WHERE site_id = %s AND extension_id = 'erp-adapter'"
)


def test_an_edit_of_nothing_but_the_time_does_not_take_the_blame_for_drift(
    installation: Installation,
) -> None:
    with connect(make_conninfo(installation.owner_url, application_name="night-tool")) as session:
        session.execute(EDIT, [BREMEN])
    installation.edit(
        "UPDATE site_extension_configs SET updated_at = now() "
        "WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [BREMEN],
    )
    (change,) = installation.plan(scope=Scope.DRIFTED).changes
    assert change.drift is not None
    assert change.drift.application == "night-tool"


def test_drift_that_left_no_trace_is_not_blamed_on_an_edit_healed_before(
    installation: Installation,
) -> None:
    installation.edit(EDIT, [BREMEN])
    installation.apply(scope=Scope.HEALABLE)
    with connect(installation.owner_url) as session:
        session.execute("ALTER TABLE site_extension_configs DISABLE TRIGGER out_of_band_update")
        session.execute(EDIT, [BREMEN])
    (change,) = installation.plan(scope=Scope.DRIFTED).changes
    assert change.drift is not None
    assert change.drift.session_user is None


def test_a_snapshot_keeps_no_value_that_somebody_wrote_by_hand(
    installation: Installation,
) -> None:
    installation.edit(
        "UPDATE site_extension_configs SET configuration = configuration || "
        "'{\"apiPassword\": \"hunter2\"}' WHERE site_id = %s AND extension_id = 'line-dashboard'",
        [BREMEN],
    )
    installation.commit("Ninety", {BREMEN_ERP: erp_file("bremen", interval=90)})
    installation.apply(selection=Selection(extensions=("erp-adapter",)))
    ((kept,),) = installation.rows(
        "SELECT configurations FROM configuration_snapshots ORDER BY snapshot_at DESC LIMIT 1"
    )
    (drifted,) = [entry for entry in kept if entry["extension_id"] == "line-dashboard"]
    assert "hunter2" not in str(kept)
    assert drifted["drifted"] is True
    assert drifted["content_digest"]


def test_a_live_value_beyond_every_reader_stops_neither_plan_nor_healing(
    installation: Installation,
) -> None:
    installation.edit(
        "UPDATE site_extension_configs SET configuration = '{\"a\": 1e5000}' "
        "WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [BREMEN],
    )
    assert len(installation.plan(scope=Scope.DRIFTED).changes) == 1
    assert installation.apply(scope=Scope.HEALABLE).run_id is not None
    assert not installation.plan(scope=Scope.DRIFTED).changes


def test_a_plan_file_is_applied_once(installation: Installation) -> None:
    installation.commit("Ninety", {CORK_ERP: erp_file("cork", interval=90)})
    planned = installation.plan()
    installation.apply(apply_options={"expected": planned})
    with pytest.raises(StalePlanError, match="this plan was applied before, by run "):
        installation.apply(apply_options={"expected": planned})


def test_going_back_and_forth_never_gives_the_same_plan_twice(installation: Installation) -> None:
    first, second = erp_file("cork"), erp_file("cork", interval=90)
    forth = installation.commit("Ninety", {CORK_ERP: second})
    back = installation.commit("Sixty again", {CORK_ERP: first})
    plans = set()
    for _ in range(2):
        there = installation.plan(ref=forth)
        installation.apply(apply_options={"expected": there}, ref=forth)
        installation.apply(ref=back)
        plans.add(there.plan_id)
    assert len(plans) == 2
