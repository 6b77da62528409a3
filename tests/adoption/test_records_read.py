"""Records that MachShop's own programs wrote are shown and handed over like the reconciler's."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.database.connection import connect
from reconciler.operations.adoption import adopt
from tests.cli.conftest import Command

COMMANDS = (
    ("audit", "show"),
    ("audit", "show", "--json"),
    ("audit", "export", "--out", "all.zip"),
    ("snapshot", "list"),
    ("snapshot", "list", "--json"),
    ("metrics",),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_reads_what_was_adopted(
    adopted: tuple[str, object], command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    url, _ = adopted
    done = command(*arguments, DATABASE_URL=url)
    assert done.code == 0, done.err


def test_snapshots_and_details_of_another_form_are_read_by_everybody(
    seed: str, command: Command
) -> None:
    with connect(seed) as connection:
        connection.execute(
            "UPDATE configuration_snapshots SET configurations = '{\"a\": 1}', signoffs = '3' "
            "WHERE reason = 'monthly'"
        )
        connection.execute(
            "UPDATE configuration_snapshots SET configurations = '[1, null, \"x\"]' "
            "WHERE reason IS NULL"
        )
        assert adopt(connection) is not None
        connection.execute(
            "INSERT INTO site_access (site_id, grantee) SELECT id, session_user FROM sites"
        )
        for view, rows in (("configuration_audit_log", 264), ("configuration_snapshots", 9)):
            counted = f"SELECT count(kept::text) FROM granted_sites.{view} AS kept"  # noqa: S608
            assert connection.execute(counted.encode()).fetchone() == (rows,)
        ids = connection.execute("SELECT id::text FROM configuration_snapshots").fetchall()
    assert command("snapshot", "list", DATABASE_URL=seed).code == 0
    for (snapshot,) in ids:
        shown = command("snapshot", "show", snapshot, DATABASE_URL=seed)
        assert shown.code == 0, shown.err
    assert command("snapshot", "verify", DATABASE_URL=seed).code == 0
