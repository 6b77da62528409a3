"""Apply: what it writes, to whom it attributes it, and that all of it appears at once."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest

from reconciler.model.canonical import config_hash
from reconciler.model.change import Action
from reconciler.model.document import JsonObject
from reconciler.planning.selection import Selection
from tests.support.installation import (
    BREMEN,
    BREMEN_ERP,
    BREMEN_SIGNATURE,
    CONFIGURATIONS,
    CORK,
    CORK_ERP,
    DASHBOARD,
    DAYTON,
    DAYTON_ERP,
    ENGINEER_USER,
    ERP,
    FIRST_SUBJECT,
    PROFILE,
    QUALITY_USER,
    SERVICE_USER,
    SIGNATURE,
    STRANGER,
    Installation,
    erp_file,
    profile_file,
    sign_everything,
    signature_file,
    signoff_entry,
)

RECORDS = (
    "site_extension_configs",
    "site_extension_config_versions",
    "configuration_audit_log",
    "configuration_snapshots",
    "reconcile_runs",
)
HOLD_IN_THE_MIDDLE = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(20261120); RETURN NEW; END $$;
CREATE TRIGGER hold BEFORE INSERT ON configuration_snapshots
    FOR EACH ROW EXECUTE FUNCTION hold()
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def one(found: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    assert len(found) == 1
    return found[0]


def counts(installation: Installation) -> dict[str, int]:
    digest = installation.digest()
    return {table: digest[table][0] for table in RECORDS}


def audit(installation: Installation, site: UUID, extension: str) -> list[tuple[Any, ...]]:
    return installation.rows(
        "SELECT action, changed_by, reason, details FROM configuration_audit_log "
        "WHERE site_id = %s AND extension_id = %s ORDER BY sequence",
        [site, extension],
    )


def history(installation: Installation, site: UUID, extension: str) -> list[tuple[Any, ...]]:
    return installation.rows(
        "SELECT config_version, version, configuration FROM site_extension_config_versions "
        "WHERE site_id = %s AND extension_id = %s ORDER BY config_version",
        [site, extension],
    )


@contextlib.contextmanager
def held_in_the_middle(installation: Installation) -> Iterator[psycopg.Connection[Any]]:
    """Make every apply stop at its snapshots until the connection that is yielded rolls back."""
    with installation.connection() as connection:
        connection.execute(HOLD_IN_THE_MIDDLE)
        connection.execute("BEGIN")
        connection.execute("SELECT pg_advisory_xact_lock(20261120)")
        yield connection


def wait_until_held(installation: Installation) -> None:
    give_up = time.monotonic() + 20
    while installation.rows(WAITING) != [(1,)]:
        assert time.monotonic() < give_up, "the apply never came to its snapshots"
        time.sleep(0.005)


def test_a_first_apply_writes_one_record_of_each_kind_for_every_change(
    unapplied: Installation,
) -> None:
    done = unapplied.apply()
    assert done.warnings == ()
    assert counts(unapplied) == {
        "site_extension_configs": 6,
        "site_extension_config_versions": 6,
        "configuration_audit_log": 6,
        "configuration_snapshots": 3,
        "reconcile_runs": 1,
    }


def test_all_records_of_an_apply_come_from_one_transaction(unapplied: Installation) -> None:
    unapplied.apply()
    transactions = {
        row
        for table in RECORDS
        for row in unapplied.rows(f"SELECT DISTINCT xmin::text FROM {table}")  # noqa: S608 - our own names
    }
    assert len(transactions) == 1


def test_nothing_of_an_apply_is_seen_before_its_commit_and_all_of_it_after(
    unapplied: Installation,
) -> None:
    before = unapplied.digest()
    with (
        ThreadPoolExecutor(1) as background,
        held_in_the_middle(unapplied) as holding,
    ):
        running = background.submit(unapplied.apply)
        wait_until_held(unapplied)
        for _ in range(5):
            assert unapplied.digest() == before
        assert not running.done()
        holding.execute("ROLLBACK")
        assert running.result(timeout=20).run_id is not None
    assert counts(unapplied)["configuration_audit_log"] == 6
    assert counts(unapplied)["configuration_snapshots"] == 3


def test_a_configuration_is_written_with_its_hash_and_its_secret_as_a_reference(
    installation: Installation,
) -> None:
    configuration: JsonObject = {
        "url": "https://erp.cork.example",
        "syncInterval": 60,
        "password": {"$secret": "vault://cork/erp#password"},
    }
    row = one(
        installation.rows(
            "SELECT version, configuration, config_hash, validated "
            "FROM site_extension_configs WHERE site_id = %s AND extension_id = %s",
            [CORK, ERP],
        )
    )
    assert row == (
        "3.0.0",
        configuration,
        config_hash(CORK, ERP, "3.0.0", configuration),
        True,
    )


def test_the_history_of_a_configuration_holds_what_is_live(installation: Installation) -> None:
    compared = installation.rows(
        "SELECT site_id, extension_id, config_version, "
        "(live.version, live.configuration, live.config_hash) "
        "= (applied.version, applied.configuration, applied.config_hash) "
        "FROM site_extension_configs AS live "
        "JOIN site_extension_config_versions AS applied USING (site_id, extension_id) "
        "ORDER BY site_id, extension_id"
    )
    assert compared == [(*key, 1, True) for key in CONFIGURATIONS]


def test_the_run_names_its_plan_its_commit_and_its_outcome(unapplied: Installation) -> None:
    done = unapplied.apply()
    run = one(
        unapplied.rows(
            "SELECT id, kind, status, plan_id, commit_id, started_by, message, "
            "(summary ->> 'activate')::int FROM reconcile_runs"
        )
    )
    commit = done.plan.desired.commit
    assert run == (
        *(done.run_id, "apply", "applied", done.plan.plan_id, commit),
        *(SERVICE_USER, "", 6),
    )


def test_a_snapshot_of_a_site_holds_all_its_configurations(installation: Installation) -> None:
    snapshots = installation.rows(
        "SELECT site_id, jsonb_path_query_array(configurations, '$[*].extension_id'), signoffs "
        "FROM configuration_snapshots ORDER BY site_id"
    )
    assert snapshots == [
        (BREMEN, [SIGNATURE, ERP, DASHBOARD], []),
        (CORK, [ERP, DASHBOARD], []),
        (DAYTON, [ERP], []),
    ]


def test_an_audit_row_says_who_why_and_by_which_commit_plan_and_run(
    unapplied: Installation,
) -> None:
    done = unapplied.apply()
    action, changed_by, reason, details = one(audit(unapplied, BREMEN, ERP))
    assert (action, changed_by, reason) == (
        "activated",
        ENGINEER_USER,
        "Connect to the group's ERP",
    )
    assert details["commit"] == done.plan.desired.commit
    assert details["author"] == {"name": "Erin Engineer", "email": "Engineer@Plant.example"}
    assert details["planId"] == done.plan.plan_id
    assert details["runId"] == str(done.run_id)
    assert details["origin"] == "pending"
    assert details["path"] == f"desired-state/{BREMEN_ERP}"


def test_the_reason_is_the_commits_subject_where_the_file_gives_none(
    installation: Installation,
) -> None:
    assert one(audit(installation, CORK, ERP))[2] == FIRST_SUBJECT


def test_a_change_by_a_git_author_whom_nobody_knows_is_the_service_users(
    installation: Installation,
) -> None:
    commit = installation.commit(
        "Sync slower", {CORK_ERP: erp_file("cork", interval=90)}, author=STRANGER
    )
    installation.apply()
    _, changed_by, reason, details = audit(installation, CORK, ERP)[-1]
    assert (changed_by, reason) == (SERVICE_USER, "Sync slower")
    assert details["author"] == {"name": "Sam Stranger", "email": "sam@elsewhere.example"}
    assert details["commit"] == commit


def test_each_change_is_attributed_to_who_last_touched_its_own_file(
    installation: Installation,
) -> None:
    installation.commit("Sync slower at Cork", {CORK_ERP: erp_file("cork", interval=90)})
    installation.commit(
        "Sync slower at Dayton", {DAYTON_ERP: erp_file("dayton", interval=90)}, STRANGER
    )
    installation.apply()
    assert audit(installation, CORK, ERP)[-1][1:3] == (ENGINEER_USER, "Sync slower at Cork")
    assert audit(installation, DAYTON, ERP)[-1][1:3] == (SERVICE_USER, "Sync slower at Dayton")


def test_an_audit_row_holds_the_differences_field_by_field(installation: Installation) -> None:
    installation.commit(
        "Sync slower", {CORK_ERP: erp_file("cork", interval=90).replace("https", "http")}
    )
    installation.apply()
    differences = audit(installation, CORK, ERP)[-1][3]["differences"]
    assert [(entry["pointer"], entry["old"], entry["new"]) for entry in differences] == [
        ("/syncInterval", 60, 90),
        ("/url", "https://erp.cork.example", "http://erp.cork.example"),
    ]


def test_a_second_apply_writes_no_row_of_any_kind(installation: Installation) -> None:
    before = installation.digest()
    done = installation.apply()
    assert installation.digest() == before
    assert (done.run_id, done.plan.changes) == (None, ())


def test_an_apply_that_is_not_confirmed_leaves_no_trace(unapplied: Installation) -> None:
    before = unapplied.digest()
    done = unapplied.apply(confirm=lambda _: False)
    assert done.run_id is None
    assert unapplied.digest() == before


def test_a_reconfiguration_counts_the_version_up_and_leaves_the_enabling_time(
    installation: Installation,
) -> None:
    lookup = (
        "SELECT id, enabled_at, updated_at, version, configuration -> 'syncInterval' "
        "FROM site_extension_configs WHERE site_id = %s AND extension_id = %s"
    )
    before = one(installation.rows(lookup, [CORK, ERP]))
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90, version="3.1.0")})
    installation.apply()
    after = one(installation.rows(lookup, [CORK, ERP]))
    assert after[:2] == before[:2]
    assert after[2] > before[2]
    assert after[3:] == ("3.1.0", 90)
    assert [row[:2] for row in history(installation, CORK, ERP)] == [(1, "3.0.0"), (2, "3.1.0")]
    assert [row[0] for row in audit(installation, CORK, ERP)] == ["activated", "reconfigured"]


def test_only_touched_sites_get_a_snapshot(installation: Installation) -> None:
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    run = installation.apply().run_id
    touched = installation.rows(
        "SELECT site_id FROM configuration_snapshots WHERE run_id = %s", [run]
    )
    assert touched == [(CORK,)]


def test_a_deactivation_is_a_version_without_a_configuration(installation: Installation) -> None:
    installation.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    installation.apply()
    assert installation.rows(
        "SELECT count(*) FROM site_extension_configs WHERE site_id = %s", [DAYTON]
    ) == [(0,)]
    assert history(installation, DAYTON, ERP)[-1] == (2, None, None)
    action, changed_by, reason, _ = audit(installation, DAYTON, ERP)[-1]
    assert (action, changed_by, reason) == (
        "deactivated",
        ENGINEER_USER,
        "Dayton leaves the ERP",
    )


def test_an_extension_enabled_again_continues_its_history(installation: Installation) -> None:
    installation.commit("Dayton leaves the ERP", {DAYTON_ERP: None})
    installation.apply()
    installation.commit("Dayton comes back", {DAYTON_ERP: erp_file("dayton")})
    installation.apply()
    versions = [row[:2] for row in history(installation, DAYTON, ERP)]
    assert versions == [(1, "3.0.0"), (2, None), (3, "3.0.0")]
    assert [row[0] for row in audit(installation, DAYTON, ERP)] == [
        *("activated", "deactivated", "activated")
    ]


def test_a_changed_profile_reaches_every_site_that_takes_it(installation: Installation) -> None:
    installation.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    done = installation.apply()
    assert [(change.site, change.action) for change in done.plan.changes] == [
        ("bremen", Action.RECONFIGURE),
        ("cork", Action.RECONFIGURE),
    ]
    live = installation.rows(
        "SELECT site_id, configuration -> 'refreshSeconds' FROM site_extension_configs "
        "WHERE extension_id = %s ORDER BY site_id",
        [DASHBOARD],
    )
    assert live == [(BREMEN, 10), (CORK, 10)]


def test_a_selected_site_is_applied_and_the_others_are_left_pending(
    unapplied: Installation,
) -> None:
    unapplied.apply(selection=Selection(sites=("cork",)))
    assert unapplied.rows("SELECT DISTINCT site_id FROM site_extension_configs") == [(CORK,)]
    assert {change.site for change in unapplied.plan().changes} == {"bremen", "dayton"}


def test_a_signoff_given_later_is_recorded_for_the_version_that_was_applied(
    installation: Installation,
) -> None:
    live = "SELECT live.*, live.xmin::text FROM site_extension_configs AS live ORDER BY id"
    before = installation.rows(live)
    config_hash_signed = sign_everything(installation)
    installation.apply()
    signoff = one(
        installation.rows(
            "SELECT site_id, extension_id, aspect, signed_by, signed_role, config_hash, "
            "config_version, notes, meaning FROM compliance_signoffs"
        )
    )
    assert signoff == (
        *(BREMEN, SIGNATURE, "signature-validation", QUALITY_USER, "quality-manager"),
        *(config_hash_signed, 1, "Validated on line 2", "approval"),
    )
    assert installation.rows(live) == before
    action, _, _, details = audit(installation, BREMEN, SIGNATURE)[-1]
    assert (action, details["signature"]["signed_by"]) == ("signoff", "quality")
    assert installation.plan().needed_signoffs == ()


def test_signoffs_survive_reconfiguration_and_deactivation_and_count_again_on_return(
    installation: Installation,
) -> None:
    entry = signoff_entry(sign_everything(installation))
    installation.apply()
    kept = installation.rows("SELECT * FROM compliance_signoffs")
    installation.commit("Ask sooner", {BREMEN_SIGNATURE: signature_file(minutes=5)})
    installation.apply()
    assert installation.rows("SELECT unsigned_aspects FROM v_unsigned_compliance") == [
        (["signature-validation"],)
    ]
    installation.commit("Disable", {BREMEN_SIGNATURE: None})
    installation.apply()
    assert installation.rows("SELECT * FROM compliance_requirements") == []
    installation.commit("Enable as signed", {BREMEN_SIGNATURE: signature_file(rest=entry)})
    installation.apply()
    assert installation.rows("SELECT * FROM compliance_signoffs") == kept
    assert installation.rows("SELECT * FROM v_unsigned_compliance") == []


def test_the_snapshot_after_a_signoff_holds_it(installation: Installation) -> None:
    sign_everything(installation)
    run = installation.apply().run_id
    assert installation.rows(
        "SELECT jsonb_path_query_array(signoffs, '$[*].aspect') FROM configuration_snapshots "
        "WHERE run_id = %s",
        [run],
    ) == [(["signature-validation"],)]


def test_two_applies_at_once_write_everything_exactly_once(unapplied: Installation) -> None:
    both_planned = threading.Barrier(2, timeout=20)

    def run() -> UUID | Exception | None:
        try:
            return unapplied.apply(confirm=lambda _: bool(both_planned.wait() >= 0)).run_id
        except Exception as error:  # noqa: BLE001 - the outcome of a thread is what is looked at
            return error

    with ThreadPoolExecutor(2) as background:
        outcomes = [future.result(30) for future in [background.submit(run) for _ in range(2)]]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StalePlanError", "UUID"]
    assert counts(unapplied)["site_extension_config_versions"] == 6
    assert unapplied.rows("SELECT status FROM reconcile_runs ORDER BY status") == [
        ("applied",),
        ("refused",),
    ]


def test_the_reporting_views_are_current_right_after_an_apply(unapplied: Installation) -> None:
    unapplied.apply()
    assert unapplied.rows(
        "SELECT site_name, total_extensions, valid_configs, needs_attention "
        "FROM v_site_config_status ORDER BY site_name"
    ) == [
        ("Bremen Works", 3, 3, False),
        ("Cork Plant", 2, 2, False),
        ("Dayton Plant", 1, 1, False),
    ]
    assert unapplied.rows("SELECT site_id, extension_id FROM v_unsigned_compliance") == [
        (BREMEN, SIGNATURE)
    ]


@pytest.mark.parametrize("index", ["idx_v_site_config_site_id", "idx_v_unsigned_site_ext"])
def test_a_view_that_cannot_be_refreshed_is_a_warning_and_changes_nothing_else(
    unapplied: Installation, index: str
) -> None:
    unapplied.rows(f"DROP INDEX {index}")
    done = unapplied.apply()
    assert [warning.partition(":")[0] for warning in done.warnings] == [
        "the reporting views could not be refreshed"
    ]
    assert counts(unapplied)["site_extension_configs"] == 6
    assert unapplied.rows("SELECT id, status FROM reconcile_runs") == [(done.run_id, "applied")]


def test_views_that_could_not_be_refreshed_are_by_the_next_run(installation: Installation) -> None:
    status = "SELECT max(last_updated) FROM v_site_config_status"
    newest = "SELECT max(updated_at) FROM site_extension_configs"
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    installation.rows("ALTER FUNCTION reconciler_refresh_views() RENAME TO gone")
    (warning,) = installation.apply().warnings
    assert "the reporting views could not be refreshed" in warning
    installation.rows("ALTER FUNCTION gone() RENAME TO reconciler_refresh_views")
    assert installation.rows(status) != installation.rows(newest)
    again = installation.apply()
    assert (again.run_id, again.warnings) == (None, ())
    assert installation.rows(status) == installation.rows(newest)
