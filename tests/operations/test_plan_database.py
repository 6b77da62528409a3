"""Planning against a database: it cannot write, and it says what stands in the way."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import connect, reading
from reconciler.model.change import Action, Origin
from reconciler.model.errors import BlockedError, InvalidDesiredStateError, ReconcilerError
from reconciler.operations.plan import plan
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN_ERP,
    CORK,
    CORK_ERP,
    DAYTON,
    DAYTON_ERP,
    ENGINEER_USER,
    ERP,
    FILES,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
    site_file,
)

ELSEWHERE = UUID("0e000000-0000-4000-8000-000000000009")


def test_nothing_can_be_written_where_a_plan_reads(installation: Installation) -> None:
    with (
        installation.connection() as connection,
        pytest.raises(errors.ReadOnlySqlTransaction),
        reading(connection),
    ):
        connection.execute("UPDATE sites SET name = 'Somewhere else'")


class Meddling(psycopg.Connection[Any]):
    """Tries to write whenever a plan asks something."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        if "site_extension_configs" in str(query):
            super().execute("DELETE FROM site_extension_configs")
        return super().execute(query, params, **options)


def test_what_a_plan_itself_would_write_is_refused_by_the_server(
    installation: Installation,
) -> None:
    before = installation.digest()
    with (
        Meddling.connect(installation.url, autocommit=True) as connection,
        pytest.raises(errors.ReadOnlySqlTransaction),
    ):
        plan(installation.request(), lambda: contextlib.nullcontext(connection))
    assert installation.digest() == before


def test_a_plan_sees_one_moment_of_the_database(installation: Installation) -> None:
    counting = "SELECT count(*) FROM site_extension_configs"
    with installation.connection() as connection, reading(connection):
        before = connection.execute(counting).fetchone()
        installation.rows("DELETE FROM site_extension_configs")
        assert connection.execute(counting).fetchone() == before == (6,)


def test_a_plan_leaves_every_table_as_it_was(unapplied: Installation) -> None:
    before = unapplied.digest()
    assert unapplied.plan().summary.activate == 6
    assert unapplied.digest() == before


def test_a_plan_is_made_of_a_server_that_takes_no_writes(unapplied: Installation) -> None:
    read_only = make_conninfo(unapplied.url, options="-c default_transaction_read_only=on")
    assert plan(unapplied.request(), lambda: connect(read_only)).summary.activate == 6


def test_the_same_inputs_give_the_same_bytes(unapplied: Installation) -> None:
    assert unapplied.plan().to_json() == unapplied.plan().to_json()


def test_no_database_is_opened_for_a_desired_state_that_is_not_valid(
    installation: Installation,
) -> None:
    installation.write(CORK_ERP, "version: 3.0.0\nconfiguration: {syncInterval: soon}\n")
    nowhere = "postgresql://nobody@nowhere.invalid/none"
    found = plan(installation.request(), lambda: connect(nowhere))
    assert found.errored
    assert found.database is None
    assert {diagnostic.code for diagnostic in found.diagnostics} >= {
        "configuration-type",
        "configuration-missing",
    }


def test_a_database_without_the_schema_is_refused_with_what_to_run(
    empty_database: str, installation: Installation
) -> None:
    with pytest.raises(ReconcilerError, match="lacks") as raised:
        plan(installation.request(), lambda: connect(empty_database))
    assert "reconciler db migrate" in str(raised.value.hint)


def test_a_database_with_a_pending_migration_is_refused(installation: Installation) -> None:
    installation.edit(
        "DELETE FROM reconciler_migrations "
        "WHERE version = (SELECT max(version) FROM reconciler_migrations)"
    )
    with pytest.raises(ReconcilerError, match="lacks 1 of the program's migrations"):
        installation.plan()


def test_origins_are_told_by_the_base(installation: Installation) -> None:
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    base = installation.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    installation.commit("Sync slower too", {DAYTON_ERP: erp_file("dayton", interval=90)})
    found = installation.plan(base=base)
    assert {(change.site, change.extension): change.origin for change in found.changes} == {
        ("bremen", "line-dashboard"): Origin.PENDING,
        ("cork", "erp-adapter"): Origin.PENDING,
        ("cork", "line-dashboard"): Origin.PENDING,
        ("dayton", "erp-adapter"): Origin.PULL_REQUEST,
    }


def test_a_change_that_comes_through_a_profile_says_so(installation: Installation) -> None:
    installation.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    found = installation.plan(base="HEAD~1")
    assert [(change.site, change.origin) for change in found.changes] == [
        ("bremen", Origin.PROFILE),
        ("cork", Origin.PROFILE),
    ]


OPT_OUT = "enabled: false\nreason: Nobody looks at it\n"
CORK_DASHBOARD = "sites/cork/extensions/line-dashboard.yaml"


def test_what_a_site_says_of_a_profile_is_the_site_s_change_and_not_the_profile_s(
    installation: Installation,
) -> None:
    def origins() -> set[tuple[str, str, Origin]]:
        return {
            (change.site, change.extension, change.origin)
            for change in installation.plan(base="HEAD~1").changes
        }

    installation.commit("Opt out", {CORK_DASHBOARD: OPT_OUT})
    assert origins() == {("cork", "line-dashboard", Origin.PULL_REQUEST)}
    installation.apply()
    installation.commit("Opt in", {CORK_DASHBOARD: None})
    assert origins() == {("cork", "line-dashboard", Origin.PULL_REQUEST)}
    installation.apply()
    installation.commit(
        "Take part", {"sites/dayton/site.yaml": site_file(DAYTON, "Dayton Plant", "standard")}
    )
    assert origins() == {("dayton", "line-dashboard", Origin.PULL_REQUEST)}
    installation.apply()
    files: dict[str, str | None] = {
        "sites/essen/site.yaml": site_file(ELSEWHERE, "Essen", "standard")
    }
    installation.commit("Open Essen", files)
    assert origins() == {("essen", "line-dashboard", Origin.PULL_REQUEST)}


def test_of_a_base_that_is_not_valid_it_is_said_that_it_is_the_base(
    installation: Installation,
) -> None:
    broken = installation.commit("Break it", {CORK_ERP: "version: [\n"})
    installation.commit("Mend it", {CORK_ERP: erp_file("cork")})
    for ref in ("main", None):
        with pytest.raises(InvalidDesiredStateError, match=f"at the base {broken[:12]} is not"):
            installation.plan(base=broken, ref=ref)


def test_a_commit_is_planned_whatever_the_working_tree_says(installation: Installation) -> None:
    installation.write(CORK_ERP, "not: even valid\n")
    assert installation.plan(ref="main").changes == ()


def test_a_site_that_machshop_does_not_have_blocks_and_names_the_command(
    installation: Installation,
) -> None:
    installation.commit(
        "Open Essen",
        {
            "sites/essen/site.yaml": site_file(ELSEWHERE, "Essen", ""),
            "sites/essen/extensions/erp-adapter.yaml": erp_file("essen"),
        },
    )
    found = installation.plan()
    assert found.why_blocked == (
        (
            f"site 'essen' ({ELSEWHERE}) is not in MachShop's table sites; "
            "`reconciler db bootstrap` adds it"
        ),
    )
    assert not found.applyable
    installation.bootstrap()
    assert installation.plan().why_blocked == ()


def test_a_user_that_machshop_does_not_have_blocks(unapplied: Installation) -> None:
    unapplied.edit("DELETE FROM users WHERE username = 'engineer'")
    assert unapplied.plan().why_blocked == (
        "user 'engineer' is not in MachShop's table users; `reconciler db bootstrap` adds it",
    )


def test_a_user_whom_machshop_knows_by_another_id_blocks(unapplied: Installation) -> None:
    unapplied.edit("UPDATE users SET id = %s WHERE username = 'engineer'", [ELSEWHERE])
    assert unapplied.plan().why_blocked == (
        (
            f"user 'engineer' has id {ELSEWHERE} in MachShop's table users, "
            f"and {ENGINEER_USER} in users.yaml; correct users.yaml"
        ),
    )


def test_a_blocked_plan_is_not_applied_and_the_refusal_is_recorded(
    unapplied: Installation,
) -> None:
    unapplied.edit("DELETE FROM users WHERE username = 'engineer'")
    with pytest.raises(BlockedError, match="user 'engineer'"):
        unapplied.apply()
    assert unapplied.rows("SELECT status, started_by FROM reconcile_runs") == [("refused", None)]
    assert unapplied.digest()["site_extension_configs"][0] == 0


def test_a_formerly_managed_site_without_a_folder_blocks_until_it_is_let_go(
    installation: Installation,
) -> None:
    installation.commit("Dayton is sold", {"sites/dayton": None})
    found = installation.plan()
    assert found.why_blocked == (
        (
            f"site 'Dayton Plant' ({DAYTON}) still has configurations that the reconciler "
            "wrote (1), "
            "and no folder any more; restore the folder, or pass --allow-unmanage"
        ),
    )
    assert found.changes == ()
    let_go = installation.plan(allow_unmanage=True)
    assert (let_go.why_blocked, let_go.summary.sites_unmanaged) == ((), 1)


def test_a_site_that_is_let_go_keeps_its_rows(installation: Installation) -> None:
    before = installation.digest()["site_extension_configs"]
    installation.commit("Dayton is sold", {"sites/dayton": None})
    assert installation.apply(allow_unmanage=True).run_id is None
    assert installation.digest()["site_extension_configs"] == before


def test_an_unmanaged_site_is_counted_and_does_not_block(installation: Installation) -> None:
    installation.rows(
        "INSERT INTO sites (id, name, status, created_at) VALUES (%s, 'Essen', 'active', now())",
        [ELSEWHERE],
    )
    installation.rows(
        "INSERT INTO site_extension_configs "
        "(site_id, extension_id, version, configuration, config_hash) "
        "VALUES (%s, 'by-hand', '1.0.0', '{}', 'x')",
        [ELSEWHERE],
    )
    found = installation.plan()
    assert (found.changes, found.why_blocked, found.summary.sites_unmanaged) == ((), (), 1)


def test_a_selection_narrows_the_plan_and_is_recorded_in_it(unapplied: Installation) -> None:
    found = unapplied.plan(selection=Selection(sites=("c*", "d*"), extensions=("erp-*",)))
    assert [(change.site, change.extension) for change in found.changes] == [
        ("cork", ERP),
        ("dayton", ERP),
    ]
    assert found.filters == ("site=c*", "site=d*", "extension=erp-*")


def test_a_plan_names_the_database_it_was_made_for(installation: Installation) -> None:
    identity = installation.plan().database
    assert identity is not None
    assert identity.database == installation.database
    assert installation.rows("SELECT system_identifier::text FROM pg_control_system()") == [
        (identity.system_identifier,)
    ]
    assert installation.rows("SELECT max(version) FROM reconciler_migrations") == [
        (identity.schema_version,)
    ]


def test_the_fingerprint_moves_with_the_rows_concerned_and_no_others(
    installation: Installation,
) -> None:
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    before = installation.plan()
    installation.edit(
        "UPDATE site_extension_configs SET updated_at = now() WHERE site_id = %s", [DAYTON]
    )
    assert installation.plan() == before
    installation.edit(
        "UPDATE site_extension_configs SET configuration = '{}' "
        "WHERE site_id = %s AND extension_id = %s",
        [CORK, ERP],
    )
    assert installation.plan().live_fingerprint != before.live_fingerprint


def test_differences_are_shown_from_the_live_value_to_the_desired_one(
    installation: Installation,
) -> None:
    installation.commit("Sync slower", {BREMEN_ERP: erp_file("bremen", interval=90)})
    (change,) = installation.plan().changes
    assert change.action is Action.RECONFIGURE
    assert [
        (entry.pointer, entry.old, entry.new, entry.source) for entry in change.differences
    ] == [("/syncInterval", 60, 90, f"desired-state/{BREMEN_ERP}")]


def test_a_live_configuration_that_no_hand_written_yaml_could_give_is_planned(
    installation: Installation,
) -> None:
    for configuration in ('[1, "x"]', "null", '"text"', '{"a": 1e400, "b": 9007199254740993}'):
        installation.edit(
            "UPDATE site_extension_configs SET configuration = %s::jsonb WHERE site_id = %s",
            [configuration, DAYTON],
        )
        assert [change.action for change in installation.plan().changes] == [Action.RECONFIGURE]


def test_a_session_that_ends_while_planning_is_an_error_and_not_an_empty_plan(
    installation: Installation,
) -> None:
    with installation.connection() as connection:
        installation.rows("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError), reading(connection):
            connection.execute("SELECT 1")


def test_every_file_of_the_test_installation_is_read(installation: Installation) -> None:
    found = installation.plan()
    assert (found.summary.unchanged, found.summary.sites_managed) == (6, 3)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["signoff-recommended"]
    assert set(FILES) >= {CORK_ERP, PROFILE}
