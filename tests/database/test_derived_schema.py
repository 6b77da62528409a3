"""The tables of derived records: each record once, whatever is NULL, and old rows let go."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import errors

from reconciler.database.connection import Connection, connect
from reconciler.database.migrations import all_migrations, create_machshop_tables, migrate
from reconciler.database.sql_files import query
from tests.support.installation import BREMEN, CORK, DASHBOARD, ERP

CONFLICT = (
    "INSERT INTO extension_conflicts_detected (site_id, extension_id_1, extension_id_2, site_id_2, "
    "conflict_type, policy_1, reason, resolved_at) VALUES (%s, %s, %s, %s, 'policy', %s, 'x', %s)"
)
DEPENDENCY = (
    "INSERT INTO extension_dependency_cache "
    "(site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version, "
    "satisfied) VALUES (%s, %s, 'extension', 'ledger', %s, %s, TRUE)"
)
KNOWN = (CORK, DASHBOARD, ERP, None, None, None)
BEFORE = 7


@pytest.mark.parametrize("known", [KNOWN, (CORK, DASHBOARD, ERP, BREMEN, "merge", None)])
def test_an_unresolved_conflict_is_there_once(
    connection: Connection, known: tuple[Any, ...]
) -> None:
    connection.execute(CONFLICT, known)
    with pytest.raises(errors.UniqueViolation):
        connection.execute(CONFLICT, known)


@pytest.mark.parametrize(
    "other",
    [
        (CORK, DASHBOARD, ERP, None, None, "2026-11-20"),
        (CORK, DASHBOARD, ERP, None, "merge", None),
        (CORK, DASHBOARD, ERP, BREMEN, None, None),
        (BREMEN, DASHBOARD, ERP, None, None, None),
    ],
    ids=["resolved", "of another policy", "with another site", "at another site"],
)
def test_another_conflict_of_the_same_extensions_is_another_row(
    connection: Connection, other: tuple[Any, ...]
) -> None:
    connection.execute(CONFLICT, KNOWN)
    connection.execute(CONFLICT, other)
    assert connection.execute("SELECT count(*) FROM extension_conflicts_detected").fetchone() == (
        2,
    )


def test_a_dependency_is_there_once_and_a_range_has_room(connection: Connection) -> None:
    whole = "^1.2.3 || " * 25
    connection.execute(DEPENDENCY, [CORK, DASHBOARD, whole, "1.0.0-" + "a" * 200])
    with pytest.raises(errors.UniqueViolation):
        connection.execute(DEPENDENCY, [CORK, DASHBOARD, "^2.0.0", None])


def test_rows_from_before_are_let_go_so_that_the_next_apply_writes_what_holds(
    empty_database: str,
) -> None:
    with connect(empty_database) as connection:
        create_machshop_tables(connection)
        connection.execute(query("migrations/create_table"))
        for migration in all_migrations()[:BEFORE]:
            connection.execute(migration.text.encode())
            connection.execute(
                query("migrations/record"),
                {
                    "version": migration.version,
                    "name": migration.name,
                    "checksum": migration.checksum,
                },
            )
        connection.execute("INSERT INTO sites VALUES (%s, 'Cork', 'active', now())", [CORK])
        connection.execute(
            "INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, "
            "config_hash) VALUES (%s, %s, '1', '{}', 'sha256:1')",
            [CORK, DASHBOARD],
        )
        for _ in range(2):
            connection.execute(
                "INSERT INTO extension_conflicts_detected "
                "(site_id, extension_id_1, extension_id_2, conflict_type, reason, "
                "resolution_notes) VALUES (%s, %s, %s, 'explicit', 'x', 'looked at')",
                [CORK, DASHBOARD, ERP],
            )
            connection.execute(DEPENDENCY, [CORK, DASHBOARD, "^1.0.0", "1.0.0"])
        assert BEFORE + 1 in {migration.version for migration in migrate(connection)}
        assert (
            connection.execute(
                "SELECT resolved_at IS NOT NULL, resolution_notes FROM extension_conflicts_detected"
            ).fetchall()
            == [(True, "looked at; recorded before the reconciler kept this table")] * 2
        )
        left = connection.execute("SELECT count(*) FROM extension_dependency_cache").fetchone()
        assert left == (0,)
