"""`reconciler db doctor`, as its users run it: on a server, and on the embedded database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from reconciler.database.server.embedded import EmbeddedServer
from tests.cli.conftest import Command, Plants

HOSTILE = "evil\x1b[31m\n::error::owned"
CLEAN = "The schema is as the migrations made it, and nothing was found that goes past it.\n"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A folder whose embedded database has the schema; the server runs until the test ends."""

    folder: Path
    url: str

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture
def embedded(plants: Plants, program: Command) -> Iterator[Embedded]:
    server = EmbeddedServer(plants.root / ".reconciler" / "postgres")
    try:
        with server as url:
            assert program("db", "bootstrap", cwd=plants.root).code == 0
            yield Embedded(plants.root, url)
    finally:
        server.remove()


def test_it_exits_with_0_on_a_fresh_database_and_on_warnings_and_with_1_on_an_error(
    embedded: Embedded, program: Command
) -> None:
    ran = program("db", "doctor", cwd=embedded.folder)
    assert (ran.code, ran.out) == (0, CLEAN)
    embedded.change("CREATE ROLE second LOGIN SUPERUSER")
    ran = program("db", "doctor", cwd=embedded.folder)
    assert ran.code == 0
    first, hint, count = ran.out.splitlines()
    assert first.startswith("warning [login-bypasses] second can log in")
    assert hint == "    Nothing, if it is known. Else: ALTER ROLE second NOSUPERUSER;"
    assert count == "1 warning"
    embedded.change("ALTER TABLE compliance_signoffs DISABLE TRIGGER append_only")
    ran = program("db", "doctor", cwd=embedded.folder)
    assert ran.code == 1
    assert ran.out.splitlines()[:2] == [
        "error [trigger-disabled] trigger append_only on compliance_signoffs is disabled",
        "    ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER append_only;",
    ]
    assert ran.out.endswith("1 error, 1 warning\n")


def test_json_has_every_weakness_with_its_code_and_object(
    installed: Plants, command: Command
) -> None:
    installed.execute("ALTER TABLE site_access NO FORCE ROW LEVEL SECURITY")
    ran = command("db", "doctor", "--json", DATABASE_URL=installed.owner_url)
    assert ran.code == 1
    done = json.loads(ran.out)
    assert done["passed"] is False
    assert done["unchecked"] == []
    assert {
        "code": "row-security-not-forced",
        "severity": "error",
        "object": "site_access",
        "message": "row-level security is not forced on site_access",
        "hint": "ALTER TABLE site_access FORCE ROW LEVEL SECURITY;",
    } in done["weaknesses"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_name_in_the_database_takes_no_effect_where_it_is_shown(
    installed: Plants, command: Command, form: list[str]
) -> None:
    installed.execute('CREATE VIEW "' + HOSTILE + '" AS TABLE site_extension_configs')
    ran = command("db", "doctor", *form, DATABASE_URL=installed.owner_url)
    assert ran.code == 1
    assert "view-leaks" in ran.out
    assert "\x1b" not in ran.out
    assert not any(line.strip().startswith("::") for line in ran.out.splitlines())


def test_it_needs_no_server_that_can_be_written_to(installed: Plants, command: Command) -> None:
    database = psycopg.conninfo.conninfo_to_dict(installed.owner_url)["dbname"]
    installed.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    ran = command("db", "doctor", DATABASE_URL=installed.owner_url)
    assert "server-not-durable" in ran.out or ran.out == CLEAN
    assert ran.err == ""


def test_what_the_login_may_not_read_is_said(installed: Plants, command: Command) -> None:
    installed.execute("REVOKE SELECT ON reconciler_migrations FROM reconciler_reader")
    installed.execute("DROP ROLE IF EXISTS someone_reading")
    installed.execute("CREATE ROLE someone_reading LOGIN PASSWORD 'any' IN ROLE reconciler_reader")
    try:
        url = psycopg.conninfo.make_conninfo(installed.owner_url, user="someone_reading")
        url = f"{url} password=any"
        ran = command("db", "doctor", DATABASE_URL=url)
        assert "not checked: which migrations were applied" in ran.out
        assert "migration-pending" not in ran.out
    finally:
        installed.execute("DROP ROLE someone_reading")


def test_a_database_without_the_schema_is_told_to_migrate(
    empty_database: str, command: Command
) -> None:
    ran = command("db", "doctor", DATABASE_URL=empty_database)
    assert ran.code == 1
    assert "error [migration-pending] migration 0001 reconcile_runs was not applied" in ran.out
    assert "reconciler db migrate" in ran.out
