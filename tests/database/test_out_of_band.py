"""Edits made outside the reconciler are recorded by the database, whoever makes them, and how."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from reconciler.database.connection import Connection
from tests.support.installation import (
    BREMEN,
    CONFIGURATIONS,
    CORK,
    DASHBOARD,
    DAYTON,
    ERP,
    Installation,
)

NEWEST = (
    "SELECT site_id, extension_id, action, details ->> 'operation' FROM configuration_audit_log "
    "WHERE details ->> 'origin' = 'out-of-band' ORDER BY sequence"
)
DETAILS = "SELECT details FROM configuration_audit_log ORDER BY sequence DESC LIMIT 1"
SLOWER = (
    "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 5}'"
)
AT_CORK = f"{SLOWER} WHERE site_id = '{CORK}' AND extension_id = '{ERP}'"
ONE_RECORD = [(CORK, ERP, "reconfigured", "UPDATE")]
UNPRIVILEGED = """
CREATE ROLE plant_account;
GRANT SELECT, INSERT, UPDATE, DELETE ON site_extension_configs TO plant_account;
CREATE POLICY plant ON site_extension_configs TO plant_account USING (TRUE)
"""
RUN = (
    "INSERT INTO reconcile_runs (id, kind, status, summary, tool_version) "
    "VALUES (gen_random_uuid(), 'apply', '{status}', '{{}}', '0')"
)


def records(connection: Connection) -> list[tuple[UUID, str, str, str]]:
    return connection.execute(NEWEST).fetchall()


def details(connection: Connection) -> dict[str, Any]:
    row = connection.execute(DETAILS).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_an_update_of_one_row_is_recorded(connection: Connection) -> None:
    connection.execute(AT_CORK.encode())
    assert records(connection) == ONE_RECORD


def test_an_insert_and_a_delete_are_recorded(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO site_extension_configs "
        "(site_id, extension_id, version, configuration, config_hash) "
        "VALUES (%s, 'by-hand', '1.0.0', '{\"b\": 1, \"a\": 2}', 'x')",
        [CORK],
    )
    assert details(connection)["changedKeys"] == ["a", "b"]
    connection.execute("DELETE FROM site_extension_configs WHERE extension_id = 'by-hand'")
    assert records(connection) == [
        (CORK, "by-hand", "activated", "INSERT"),
        (CORK, "by-hand", "deactivated", "DELETE"),
    ]


def test_a_bulk_update_is_recorded_row_by_row(connection: Connection) -> None:
    connection.execute(SLOWER.encode())
    assert records(connection) == [(*key, "reconfigured", "UPDATE") for key in CONFIGURATIONS]


def test_a_statement_that_concerns_no_row_is_not_recorded(connection: Connection) -> None:
    connection.execute(SLOWER.encode() + b" WHERE FALSE")
    assert records(connection) == []


def test_an_upsert_is_recorded_once_as_what_it_came_to(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO site_extension_configs "
        "(site_id, extension_id, version, configuration, config_hash) "
        "VALUES (%s, %s, '9.0.0', '{}', 'x') "
        "ON CONFLICT (site_id, extension_id) DO UPDATE SET version = excluded.version",
        [CORK, ERP],
    )
    assert records(connection) == ONE_RECORD
    assert details(connection)["newVersion"] == "9.0.0"


def test_rows_that_are_copied_in_are_recorded(connection: Connection) -> None:
    with connection.cursor().copy(
        "COPY site_extension_configs (site_id, extension_id, version, configuration, config_hash) "
        "FROM STDIN"
    ) as copy:
        copy.write_row((DAYTON, "copied", "1.0.0", "{}", "x"))
    assert records(connection) == [(DAYTON, "copied", "activated", "INSERT")]


def test_a_row_moved_to_another_key_has_left_one_place_and_come_to_another(
    connection: Connection,
) -> None:
    connection.execute(
        "UPDATE site_extension_configs SET site_id = %s WHERE site_id = %s AND extension_id = %s",
        [DAYTON, CORK, DASHBOARD],
    )
    assert records(connection) == [
        (CORK, DASHBOARD, "deactivated", "UPDATE"),
        (DAYTON, DASHBOARD, "activated", "UPDATE"),
    ]


def test_truncation_is_recorded_row_by_row(connection: Connection) -> None:
    connection.execute("TRUNCATE site_extension_configs CASCADE")
    assert records(connection) == [(*key, "deactivated", "TRUNCATE") for key in CONFIGURATIONS]


def test_the_record_is_rolled_back_with_the_edit(connection: Connection) -> None:
    connection.execute("SAVEPOINT before")
    connection.execute(AT_CORK.encode())
    assert len(records(connection)) == 1
    connection.execute("ROLLBACK TO SAVEPOINT before")
    assert records(connection) == []


def test_replication_role_does_not_silence_it(connection: Connection) -> None:
    connection.execute("SET LOCAL session_replication_role = replica")
    connection.execute(AT_CORK.encode())
    connection.execute("TRUNCATE site_extension_configs CASCADE")
    operations = [operation for *_, operation in records(connection)]
    assert operations == ["UPDATE", *["TRUNCATE"] * 6]


def test_a_record_says_who_with_which_program_and_which_keys(connection: Connection) -> None:
    connection.execute("SET LOCAL application_name = 'excel-export'")
    connection.execute(AT_CORK.encode())
    found = details(connection)
    assert found["application"] == "excel-export"
    assert found["changedKeys"] == ["syncInterval"]
    assert (found["oldVersion"], found["newVersion"]) == ("3.0.0", "3.0.0")
    user = connection.execute("SELECT session_user::text").fetchone()
    assert user == (found["sessionUser"],)


def test_a_record_names_keys_and_never_values(connection: Connection) -> None:
    connection.execute(
        "UPDATE site_extension_configs SET configuration = "
        '\'{"password": "hunter2", "nested": {"token": "hunter2"}}\' WHERE site_id = %s',
        [DAYTON],
    )
    assert details(connection)["changedKeys"] == ["nested", "password", "syncInterval", "url"]
    recorded = connection.execute(
        "SELECT count(*) FROM configuration_audit_log AS kept WHERE kept::text LIKE '%hunter2%'"
    ).fetchone()
    assert recorded == (0,)


@pytest.mark.parametrize("configuration", ["[1, 2]", "null", '"text"', "7"])
def test_an_edit_to_something_that_is_no_mapping_is_recorded(
    connection: Connection, configuration: str
) -> None:
    connection.execute(
        "UPDATE site_extension_configs SET configuration = %s::jsonb WHERE site_id = %s",
        [configuration, DAYTON],
    )
    assert details(connection)["changedKeys"] == ["password", "syncInterval", "url"]


def test_an_unprivileged_role_is_recorded_though_it_may_not_write_the_log(
    connection: Connection,
) -> None:
    connection.execute(UNPRIVILEGED)
    connection.execute("SET LOCAL SESSION AUTHORIZATION plant_account")
    connection.execute(AT_CORK.encode())
    with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
        connection.execute("SELECT FROM configuration_audit_log")
    connection.execute("RESET SESSION AUTHORIZATION")
    assert records(connection) == ONE_RECORD
    assert details(connection)["sessionUser"] == "plant_account"


def test_an_unprivileged_role_can_neither_write_a_run_nor_switch_triggers_off(
    connection: Connection,
) -> None:
    connection.execute(UNPRIVILEGED)
    connection.execute("SET LOCAL SESSION AUTHORIZATION plant_account")
    for attempt in (
        RUN.format(status="applied"),
        "SET session_replication_role = replica",
        "ALTER TABLE site_extension_configs DISABLE TRIGGER ALL",
        "DROP TRIGGER out_of_band_update ON site_extension_configs",
        "TRUNCATE site_extension_configs CASCADE",
    ):
        with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
            connection.execute(attempt.encode())


@pytest.mark.parametrize(
    "setting",
    [
        "app.site_id = 'x'",
        "app.origin = 'reconciler'",
        "reconciler.run_id = 'x'",
        "application_name = 'reconciler'",
        "search_path = pg_temp",
        "row_security = off",
    ],
)
def test_no_setting_silences_it(connection: Connection, setting: str) -> None:
    connection.execute(f"SET LOCAL {setting}".encode())
    connection.execute(AT_CORK.replace("site_extension_configs", "public.site_extension_configs"))
    connection.execute("SET LOCAL search_path = public")
    assert records(connection) == ONE_RECORD


def test_a_temporary_table_of_runs_does_not_silence_it(connection: Connection) -> None:
    connection.execute(UNPRIVILEGED)
    connection.execute("SET LOCAL SESSION AUTHORIZATION plant_account")
    connection.execute(
        "CREATE TEMPORARY TABLE reconcile_runs AS SELECT pg_current_xact_id() AS transaction_id, "
        "transaction_timestamp() AS recorded_at, 'applied' AS status"
    )
    connection.execute("CREATE TEMPORARY TABLE configuration_audit_log (fake text)")
    connection.execute(AT_CORK.encode())
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute("DROP TABLE pg_temp.configuration_audit_log")
    assert records(connection) == ONE_RECORD


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_a_run_that_was_not_applied_does_not_silence_it(
    connection: Connection, status: str
) -> None:
    connection.execute(RUN.format(status=status).encode())
    connection.execute(AT_CORK.encode())
    assert records(connection) == ONE_RECORD


def test_a_run_of_an_earlier_transaction_does_not_silence_it(
    signed_installation: Installation, connection: Connection
) -> None:
    assert signed_installation.rows("SELECT count(*) FROM reconcile_runs") == [(2,)]
    connection.execute(AT_CORK.encode())
    assert records(connection) == ONE_RECORD


def test_the_reconcilers_own_writes_are_not_taken_for_edits_from_outside(
    signed_installation: Installation,
) -> None:
    assert signed_installation.rows(NEWEST) == []


def test_a_site_with_configurations_cannot_be_deleted_behind_the_log(
    connection: Connection,
) -> None:
    with pytest.raises((errors.ForeignKeyViolation, errors.RestrictViolation)):
        connection.execute("DELETE FROM sites WHERE id = %s", [BREMEN])


def test_the_digest_that_drift_is_found_by_cannot_be_forged_by_a_search_path(
    connection: Connection,
) -> None:
    connection.execute("CREATE SCHEMA forger")
    connection.execute(
        "CREATE FUNCTION forger.encode(bytea, text) RETURNS text "
        "LANGUAGE sql IMMUTABLE AS $$ SELECT 'forged' $$"
    )
    connection.execute("SET LOCAL search_path = forger, public, pg_catalog")
    connection.execute(AT_CORK.encode())
    connection.execute("SET LOCAL search_path = public")
    forged = connection.execute(
        "SELECT extension_id FROM site_extension_configs "
        "WHERE content_digest <> reconciler_digest(version, configuration)"
    ).fetchall()
    assert forged == []
