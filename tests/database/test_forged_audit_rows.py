"""Whatever way an audit row comes in, and in whatever session: what the server says of it is so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import sql

from reconciler.database.connection import Connection
from tests.support.installation import CORK, ENGINEER_USER, ERP

_COLUMNS = "(site_id, extension_id, action, changed_by, changed_at, recorded_by, sequence, reason)"
_FORGED: tuple[Any, ...] = (
    *(CORK, ERP, "reconfigured", ENGINEER_USER),
    *("2001-01-01 00:00+00", "somebody_else", -1, "forged"),
)


def by_values(connection: Connection, table: str) -> None:
    _execute(connection, "INSERT INTO {table} {columns} VALUES {forged}", table)


def by_select(connection: Connection, table: str) -> None:
    statement = "INSERT INTO {table} {columns} SELECT * FROM (VALUES {forged}) AS forged"
    _execute(connection, statement, table)


def over_a_conflict(connection: Connection, table: str) -> None:
    statement = "INSERT INTO {table} {columns} VALUES {forged} ON CONFLICT DO NOTHING"
    _execute(connection, statement, table)


def by_copy(connection: Connection, table: str) -> None:
    statement = sql.SQL("COPY {} {} FROM STDIN").format(sql.Identifier(table), sql.SQL(_COLUMNS))
    with connection.cursor().copy(statement) as copy:
        copy.write_row(_FORGED)


def _execute(connection: Connection, statement: str, table: str) -> None:
    types = ("uuid", "text", "text", "uuid", "timestamptz", "name", "bigint", "text")
    values = [
        sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(kind))
        for value, kind in zip(_FORGED, types, strict=True)
    ]
    parts = {
        "table": sql.Identifier(table),
        "columns": sql.SQL(_COLUMNS),
        "forged": sql.SQL("({})").format(sql.SQL(", ").join(values)),
    }
    connection.execute(sql.SQL(statement).format(**parts))


def partition_of_cork(connection: Connection) -> str:
    ((name,),) = connection.execute(
        "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log WHERE site_id = %s",
        [CORK],
    ).fetchall()
    return str(name)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("within", ["log", "partition"])
@pytest.mark.parametrize("insert", [by_values, by_select, over_a_conflict, by_copy])
def test_an_audit_row_is_stamped_by_the_server_however_it_is_inserted(
    connection: Connection, insert: Callable[[Connection, str], None], within: str, role: str
) -> None:
    newest = connection.execute("SELECT max(sequence) FROM configuration_audit_log").fetchone()
    table = "configuration_audit_log" if within == "log" else partition_of_cork(connection)
    connection.execute("SELECT set_config('session_replication_role', %s, TRUE)", [role])
    insert(connection, table)
    rows = connection.execute(
        "SELECT changed_at = transaction_timestamp(), recorded_by = session_user, sequence "
        "FROM configuration_audit_log WHERE reason = 'forged'"
    ).fetchall()
    assert newest is not None
    assert [(at, by, sequence > newest[0]) for at, by, sequence in rows] == [(True, True, True)]


@pytest.mark.parametrize("insert", [by_values, by_select, over_a_conflict, by_copy])
def test_an_audit_row_continues_its_sites_chain_however_it_is_inserted(
    connection: Connection, insert: Callable[[Connection, str], None]
) -> None:
    connection.execute("SET LOCAL session_replication_role = replica")
    insert(connection, "configuration_audit_log")
    linked = connection.execute(
        "SELECT chain.row_hash = reconciler_text_hash(reconciler_audit_text(log.id, log.site_id, "
        "log.extension_id, log.action, log.changed_by, log.changed_at, log.old_config_hash, "
        "log.new_config_hash, log.reason, log.details, log.sequence, log.recorded_by)), "
        "chain.position = (SELECT max(position) FROM configuration_audit_chain "
        "WHERE site_id = log.site_id) "
        "FROM configuration_audit_log AS log JOIN configuration_audit_chain AS chain "
        "ON chain.site_id = log.site_id AND chain.audit_id = log.id WHERE log.reason = 'forged'"
    ).fetchall()
    assert linked == [(True, True)]
