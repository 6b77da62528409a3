"""Records are append-only for everyone, and what the server says of them cannot be forged."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import errors, sql

from reconciler.database.connection import Connection
from tests.support.installation import BREMEN, CORK, ENGINEER_USER, ERP, SIGNATURE

RECORDS = [
    "configuration_audit_log",
    "site_extension_config_versions",
    "site_applied_rollups",
    "configuration_snapshots",
    "compliance_signoffs",
    "reconcile_runs",
]
STATEMENTS = {
    "update": sql.SQL("UPDATE {table} SET {column} = {column}"),
    "delete": sql.SQL("DELETE FROM {table}"),
    "truncate": sql.SQL("TRUNCATE {table} CASCADE"),
}
FORGED = ("2001-01-01 00:00+00", "somebody_else")


def run(connection: Connection, table: str, statement: str) -> None:
    ((column, rows),) = connection.execute(
        sql.SQL(
            "SELECT (SELECT attname FROM pg_attribute WHERE attrelid = {name}::regclass "
            "AND attnum = 1), (SELECT count(*) FROM {table})"
        ).format(name=table, table=sql.Identifier(table))
    ).fetchall()
    assert rows > 0, "a row trigger is only tried where there is a row"
    identifiers = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    connection.execute(STATEMENTS[statement].format(**identifiers))


def audit_partitions(connection: Connection) -> list[str]:
    """The partitions that hold rows, since only there a row trigger can be tried."""
    found = connection.execute(
        "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log ORDER BY 1"
    )
    return [name for (name,) in found]


def stamped(connection: Connection, statement: str, parameters: Any) -> tuple[Any, ...]:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("table", RECORDS)
def test_a_record_is_never_altered_or_removed_not_even_by_a_superuser(
    connection: Connection, table: str, statement: str, role: str
) -> None:
    connection.execute("SELECT set_config('session_replication_role', %s, TRUE)", [role])
    with pytest.raises(errors.RestrictViolation, match="is append-only"):
        run(connection, table, statement)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_partition_of_the_audit_log_is_as_closed_as_the_whole(
    connection: Connection, statement: str, role: str
) -> None:
    connection.execute("SELECT set_config('session_replication_role', %s, TRUE)", [role])
    partitions = audit_partitions(connection)
    assert partitions
    for partition in partitions:
        with (
            pytest.raises(errors.RestrictViolation, match="is append-only"),
            connection.transaction(),
        ):
            run(connection, partition, statement)


def test_every_partition_refuses_truncation_even_an_empty_one(connection: Connection) -> None:
    partitions = connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = 'configuration_audit_log'::regclass"
    ).fetchall()
    assert len(partitions) == 16
    for (partition,) in partitions:
        with pytest.raises(errors.RestrictViolation), connection.transaction():
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(partition)))


def test_records_cannot_be_inserted_over_one_another(connection: Connection) -> None:
    with pytest.raises(errors.RestrictViolation):
        connection.execute(
            "INSERT INTO site_extension_config_versions "
            "(site_id, extension_id, config_version, run_id) "
            "SELECT site_id, extension_id, config_version, run_id "
            "FROM site_extension_config_versions "
            "ON CONFLICT (site_id, extension_id, config_version) "
            "DO UPDATE SET configuration = NULL, version = NULL, config_hash = NULL"
        )


@pytest.mark.parametrize("table", ["sites", "users"])
def test_what_records_refer_to_cannot_be_removed_under_them(
    connection: Connection, table: str
) -> None:
    with pytest.raises((errors.ForeignKeyViolation, errors.RestrictViolation)):
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_time_sequence_and_user_of_an_audit_row_come_from_the_server(
    connection: Connection, role: str
) -> None:
    connection.execute("SELECT set_config('session_replication_role', %s, TRUE)", [role])
    newest = connection.execute("SELECT max(sequence) FROM configuration_audit_log").fetchone()
    row = stamped(
        connection,
        "INSERT INTO configuration_audit_log "
        "(site_id, extension_id, action, changed_by, changed_at, recorded_by, sequence) "
        "VALUES (%s, %s, 'reconfigured', %s, %s, %s, -1) "
        "RETURNING changed_at = transaction_timestamp(), recorded_by = session_user, sequence",
        [CORK, ERP, ENGINEER_USER, *FORGED],
    )
    assert newest is not None
    assert row[:2] == (True, True)
    assert row[2] > newest[0]


def test_an_audit_row_put_into_its_partition_is_stamped_too(connection: Connection) -> None:
    ((partition,),) = connection.execute(
        "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log WHERE site_id = %s",
        [CORK],
    ).fetchall()
    row = connection.execute(
        sql.SQL(
            "INSERT INTO {} (site_id, extension_id, action, changed_by, changed_at, recorded_by) "
            "VALUES (%s, %s, 'reconfigured', %s, %s, %s) "
            "RETURNING changed_at = transaction_timestamp(), recorded_by = session_user"
        ).format(sql.Identifier(partition)),
        [CORK, ERP, ENGINEER_USER, *FORGED],
    ).fetchone()
    assert row == (True, True)


def test_an_audit_row_without_a_user_must_be_an_edit_from_outside(connection: Connection) -> None:
    with pytest.raises(errors.CheckViolation, match="attributed"):
        connection.execute(
            "INSERT INTO configuration_audit_log (site_id, extension_id, action, details) "
            "VALUES (%s, %s, 'reconfigured', '{\"origin\": \"pending\"}')",
            [CORK, ERP],
        )


def test_time_and_user_of_a_run_come_from_the_server_and_so_does_its_transaction(
    connection: Connection,
) -> None:
    row = stamped(
        connection,
        "INSERT INTO reconcile_runs "
        "(id, kind, status, summary, tool_version, recorded_at, recorded_by, transaction_id) "
        "VALUES (gen_random_uuid(), 'apply', 'failed', '{}', '0', %s, %s, '3') "
        "RETURNING recorded_at = transaction_timestamp(), recorded_by = session_user, "
        "transaction_id = pg_current_xact_id()",
        FORGED,
    )
    assert row == (True, True, True)


def test_time_and_user_of_a_version_come_from_the_server(connection: Connection) -> None:
    row = stamped(
        connection,
        "INSERT INTO site_extension_config_versions "
        "(site_id, extension_id, config_version, run_id, recorded_at, recorded_by) "
        "SELECT %s, %s, 99, id, %s, %s FROM reconcile_runs LIMIT 1 "
        "RETURNING recorded_at = transaction_timestamp(), recorded_by = session_user",
        [CORK, ERP, *FORGED],
    )
    assert row == (True, True)


def test_time_and_user_of_a_snapshot_come_from_the_server(connection: Connection) -> None:
    row = stamped(
        connection,
        "INSERT INTO configuration_snapshots "
        "(site_id, configurations, signoffs, recorded_at, recorded_by) "
        "VALUES (%s, '[]', '[]', %s, %s) "
        "RETURNING recorded_at = transaction_timestamp(), recorded_by = session_user",
        [CORK, *FORGED],
    )
    assert row == (True, True)


def test_time_and_user_of_a_recorded_signoff_come_from_the_server(connection: Connection) -> None:
    row = stamped(
        connection,
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
        "config_hash, config_version, recorded_at, recorded_by) "
        "SELECT site_id, extension_id, 'another-aspect', signed_by, signed_role, config_hash, "
        "config_version, %s, %s FROM compliance_signoffs "
        "RETURNING recorded_at = transaction_timestamp(), recorded_by = session_user",
        FORGED,
    )
    assert row == (True, True)


def test_a_signoff_of_a_configuration_that_never_was_is_refused(connection: Connection) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        connection.execute(
            "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, "
            "signed_role, config_hash, config_version) "
            "VALUES (%s, %s, 'signature-validation', %s, 'quality-manager', 'sha256:0', 1)",
            [BREMEN, SIGNATURE, ENGINEER_USER],
        )
