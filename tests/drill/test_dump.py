"""A dump restored into another database, as docs/operations.md says it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.database.connection import connect
from reconciler.database.server.embedded import EmbeddedServer
from reconciler.desired.demonstration import make_repository
from tests.drill.commands import run
from tests.drill.drill import Contents, contents
from tests.drill.servers import DrillError, postgres_program
from tests.support.installation import Installation


@dataclass(frozen=True, slots=True)
class Dumped:
    """An installation, what it held, and its dump."""

    original: Installation
    held: Contents
    dump: Path

    def restored(self, database: str, *options: str) -> Installation:
        """Return a new database of the same server that the dump was restored into."""
        with connect(self.original.owner_url) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        url = self.original.owner_url.replace("/machshop?", f"/{database}?")
        restored = Installation(self.original.repository, url)
        postgres_program("pg_restore", *options, "--dbname", url, str(self.dump))
        return restored


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dumped]:
    """The example, applied on a server of its own and dumped."""
    root = tmp_path_factory.mktemp("dump")
    make_repository(root / "machshop")
    server = EmbeddedServer(root / "postgres", durable=False)
    try:
        with server as url:
            original = Installation(root / "machshop", url)
            original.bootstrap()
            assert run(original, "apply", "--ref", "main", "--yes").code == 0
            dump = root / "machshop.dump"
            postgres_program("pg_dump", "--format", "custom", "--file", str(dump), url)
            yield Dumped(original, contents(original), dump)
    finally:
        server.remove()


def test_a_dump_restored_under_row_security_holds_everything(dumped: Dumped) -> None:
    restored = dumped.restored("whole", "--enable-row-security", "--exit-on-error")
    assert contents(restored) == dumped.held
    assert run(restored, "db", "doctor").out == run(dumped.original, "db", "doctor").out
    assert run(restored, "audit", "verify").code == 0
    assert run(restored, "snapshot", "verify").code == 0
    assert run(restored, "plan", "--ref", "main", "--detailed-exitcode").code == 0


def test_a_dump_restored_without_it_lacks_the_reporting_views_until_they_are_filled(
    dumped: Dumped,
) -> None:
    with pytest.raises(DrillError, match="row-level security"):
        dumped.restored("empty_views")
    restored = Installation(
        dumped.original.repository, dumped.original.owner_url.replace("/machshop?", "/empty_views?")
    )
    with connect(restored.owner_url) as connection:
        unfilled = "SELECT relname FROM pg_class WHERE relkind = 'm' AND NOT relispopulated"
        views = connection.execute(unfilled).fetchall()
        assert sorted(views) == [("v_site_config_status",), ("v_unsigned_compliance",)]
        connection.execute("REFRESH MATERIALIZED VIEW v_site_config_status")
        connection.execute("REFRESH MATERIALIZED VIEW v_unsigned_compliance")
    assert contents(restored) == dumped.held
