"""Old audit rows move into an archive that is as closed as the log; the chain spans both."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from reconciler.model.change import Origin
from reconciler.operations.audit import AuditRequest, verify_audit
from reconciler.operations.database import archive_audit
from tests.support.installation import CORK, CORK_ERP, ERP, Installation, erp_file

COUNTS = (
    "SELECT (SELECT count(*) FROM configuration_audit_log), "
    "(SELECT count(*) FROM configuration_audit_archive)"
)
ANOTHER_REASON = """
INSERT INTO configuration_audit_archive
SELECT (jsonb_populate_record(held, '{"reason": "another"}')).*
FROM configuration_audit_archive AS held
"""
WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted"
ARCHIVING = (
    "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%reconciler_archive_audit%' "
    "AND pid <> pg_backend_pid() AND datname = current_database() AND state <> 'idle'"
)
LONGEST_SECONDS = 60
LATER = timedelta(minutes=1)


def archive_all(installation: Installation) -> int:
    return archive_audit(datetime.now(UTC) + LATER, installation.connection)


def records(installation: Installation) -> list[tuple[object, ...]]:
    return installation.rows(
        "SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash, "
        "new_config_hash, reason, details, sequence, recorded_by "
        "FROM configuration_audit_records ORDER BY sequence"
    )


def test_what_is_archived_is_the_same_and_nothing_is_there_twice(
    installation: Installation,
) -> None:
    before = records(installation)
    assert archive_all(installation) == len(before) == 6
    assert installation.rows(COUNTS) == [(0, 6)]
    assert records(installation) == before


def test_only_what_is_older_is_archived(installation: Installation) -> None:
    assert archive_audit(datetime(2020, 1, 1, tzinfo=UTC), installation.connection) == 0
    assert installation.rows(COUNTS) == [(6, 0)]


def test_log_and_archive_are_verified_as_one_chain(installation: Installation) -> None:
    archive_all(installation)
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    installation.apply()
    done = verify_audit(AuditRequest(installation.folder), None, installation.connection)
    assert (done.verification.rows, done.verification.tampering) == (7, ())
    assert installation.rows(COUNTS) == [(1, 6)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE configuration_audit_archive SET reason = 'another'",
        "DELETE FROM configuration_audit_archive",
        "TRUNCATE configuration_audit_archive",
        ANOTHER_REASON,
        "DELETE FROM configuration_audit_log",
        "UPDATE configuration_audit_log SET reason = 'another'",
        "TRUNCATE configuration_audit_log",
    ],
)
def test_the_archive_refuses_what_the_log_refuses_and_the_log_goes_on_refusing(
    installation: Installation, statement: str
) -> None:
    archive_all(installation)
    installation.rows("DELETE FROM site_extension_configs WHERE site_id = %s", [CORK])
    before = records(installation)
    with pytest.raises(errors.RestrictViolation):
        installation.rows(statement)
    assert records(installation) == before


@pytest.mark.parametrize(
    ("table", "event"),
    [("configuration_audit_archive", "INSERT"), ("configuration_audit_log", "DELETE")],
)
def test_an_archiving_that_dies_half_way_has_moved_nothing(
    installation: Installation, table: str, event: str
) -> None:
    installation.rows(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
        f"CREATE TRIGGER z_die AFTER {event} ON {table} EXECUTE FUNCTION die()"
    )
    before = records(installation)
    with pytest.raises(psycopg.Error):
        archive_all(installation)
    installation.rows(f"DROP TRIGGER z_die ON {table}")
    assert (records(installation), installation.rows(COUNTS)) == (before, [(6, 0)])
    assert archive_all(installation) == 6


def await_rows(installation: Installation, statement: str, *, there: bool) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while bool(installation.rows(statement)) is not there:
        assert time.monotonic() < deadline, statement
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("table", "event"),
    [("configuration_audit_archive", "INSERT"), ("configuration_audit_log", "DELETE")],
)
def test_an_archiving_whose_client_is_killed_has_moved_all_or_nothing(
    installation: Installation, table: str, event: str
) -> None:
    # The archiving waits where the trigger stands, for a lock that this test holds.
    installation.rows(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$; "
        f"CREATE TRIGGER z_wait AFTER {event} ON {table} EXECUTE FUNCTION wait()"
    )
    before = records(installation)
    with installation.connection() as holder, holder.transaction():
        holder.execute("SELECT pg_advisory_xact_lock(42)")
        command = ["db", "archive", "--before", "2100-01-01", "--database", installation.owner_url]
        client = subprocess.Popen([sys.executable, "-m", "reconciler", *command])
        await_rows(installation, WAITING, there=True)
        client.kill()
        client.wait()
    await_rows(installation, ARCHIVING, there=False)
    assert records(installation) == before
    assert installation.rows(COUNTS) in ([(6, 0)], [(0, 6)])
    installation.rows(f"DROP TRIGGER z_wait ON {table}")
    archive_all(installation)
    assert (records(installation), installation.rows(COUNTS)) == (before, [(0, 6)])


def test_drift_quotes_an_edit_that_was_archived(installation: Installation) -> None:
    installation.edit(
        "UPDATE site_extension_configs SET configuration = '{}' "
        "WHERE site_id = %s AND extension_id = %s",
        [CORK, ERP],
    )
    archive_all(installation)
    (change,) = installation.plan().with_origin(Origin.DRIFT)
    assert change.drift is not None
    assert change.drift.application == "reconciler"
