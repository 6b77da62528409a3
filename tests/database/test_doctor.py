"""`db doctor` finds nothing on a migrated database, and each weakness by name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from reconciler.database.connection import Connection, connect
from reconciler.database.migrations import create_machshop_tables, migrate
from reconciler.database.server.embedded import wheel_binaries
from reconciler.model.diagnostic import Severity
from reconciler.model.weakness import Weakness
from reconciler.model.weaknesses import ALL_WEAKNESSES
from reconciler.operations.doctor import examine_on, fast
from tests.database import weakened_access, weakenings
from tests.database.weakenings import Weakening
from tests.support.databases import fresh_database
from tests.support.expected_catalog import CATALOG, as_text, made_by_migrations
from tests.support.logins import SERVICE_LOGIN

WEAKENINGS = [
    *weakenings.TABLES,
    *weakenings.TRIGGERS,
    *weakenings.CONSTRAINTS,
    *weakenings.FUNCTIONS,
    *weakenings.VIEWS,
    *weakened_access.POLICIES,
    *weakened_access.GRANTS,
    *weakened_access.ROLES,
    *weakened_access.SURROUNDINGS,
    *weakened_access.MIGRATIONS,
]
# What is the server's and not the schema's: tests run on servers that forget, for speed, and on
# PostgreSQL 14 everybody may create in public.
SERVERS_OWN = {"server-not-durable", "login-bypasses"}
DURABLE = "SET synchronous_commit = on; REVOKE CREATE ON SCHEMA public FROM PUBLIC"


@pytest.fixture(scope="module")
def migrated(server_url: str, template: str) -> Iterator[str]:
    """A migrated database, which no test changes for good."""
    with fresh_database(server_url, template) as url:
        yield url


@contextmanager
def passing(url: str) -> Iterator[Connection]:
    """A superuser's connection in a transaction that is rolled back."""
    with connect(url) as opened:
        opened.execute("BEGIN")
        opened.execute(DURABLE)
        yield opened
        opened.execute("ROLLBACK")


OF_THE_TESTS_LOGIN = {("member-privileged", SERVICE_LOGIN.name)}


@pytest.fixture
def connection(migrated: str) -> Iterator[Connection]:
    """A superuser's connection to the migrated database, whose changes are rolled back."""
    with passing(migrated) as opened:
        yield opened


@pytest.fixture(scope="module")
def before(migrated: str) -> set[Weakness]:
    """What is found on this server before anything is weakened."""
    with passing(migrated) as opened:
        return set(examine_on(opened).weaknesses)


def named(found: set[Weakness]) -> set[tuple[str, str]]:
    return {(weakness.code, weakness.name) for weakness in found}


def run(connection: Connection, statements: str) -> None:
    connection.execute(statements.encode())


def test_the_expected_catalog_is_what_the_migrations_make_on_this_server(migrated: str) -> None:
    assert CATALOG.read_text(encoding="utf-8") == as_text(made_by_migrations(migrated)), (
        "run `make catalog`"
    )


def test_a_migrated_database_has_no_weakness_of_its_own(before: set[Weakness]) -> None:
    assert {weakness.code for weakness in before} <= SERVERS_OWN


@pytest.mark.parametrize("weakening", WEAKENINGS, ids=str)
def test_a_weakness_is_named_and_nothing_else_and_its_hint_mends_it(
    connection: Connection, before: set[Weakness], weakening: Weakening
) -> None:
    run(connection, weakening.statements)
    found = set(examine_on(connection).weaknesses) - before
    # What the service's role may do, the login that the tests apply with may do as well.
    assert named(found) - OF_THE_TESTS_LOGIN == set(weakening.found)
    if weakening.mended:
        for weakness in found:
            run(connection, weakness.hint)
        assert set(examine_on(connection).weaknesses) == before


def test_every_kind_of_weakness_is_seeded_somewhere() -> None:
    seeded = {code for weakening in WEAKENINGS for code, _ in weakening.found}
    elsewhere = {
        *("session-superuser", "session-bypasses", "session-owner", "session-not-service"),
        *("server-not-durable", "role-missing", "parameter-granted"),
        *("table-altered", "sequence-missing"),
    }
    assert seeded | elsewhere == set(ALL_WEAKNESSES)
    assert not seeded & elsewhere


def test_a_table_of_another_kind_is_named(connection: Connection, before: set[Weakness]) -> None:
    run(
        connection,
        "ALTER TABLE site_derived_records RENAME TO former; "
        "CREATE TABLE site_derived_records (LIKE former INCLUDING ALL) PARTITION BY HASH (site_id)",
    )
    found = named(set(examine_on(connection).weaknesses) - before)
    assert ("table-altered", "site_derived_records") in found
    assert ("row-security-off", "site_derived_records") in found
    assert ("policy-missing", "service on site_derived_records") in found


def test_a_missing_sequence_is_named(connection: Connection, before: set[Weakness]) -> None:
    run(connection, "DROP SEQUENCE configuration_audit_log_sequence CASCADE")
    found = named(set(examine_on(connection).weaknesses) - before)
    assert found == {("sequence-missing", "configuration_audit_log_sequence")}


def test_who_may_switch_triggers_off_is_named_where_that_can_be_granted(
    connection: Connection, before: set[Weakness]
) -> None:
    grant = "CREATE ROLE mallory; GRANT SET ON PARAMETER session_replication_role TO mallory"
    if connection.info.server_version < 150_000:
        with pytest.raises(psycopg.errors.SyntaxError):
            run(connection, grant)
        return
    run(connection, grant)
    assert named(set(examine_on(connection).weaknesses) - before) == {
        ("parameter-granted", "mallory")
    }


@pytest.mark.parametrize(
    ("role", "unchecked"),
    [("reconciler_service", 0), ("reconciler_auditor", 0), ("reconciler_reader", 1)],
)
def test_a_login_sees_what_a_superuser_sees_or_is_told_what_it_does_not(
    connection: Connection, before: set[Weakness], role: str, unchecked: int
) -> None:
    run(
        connection,
        f"CREATE ROLE someone LOGIN IN ROLE {role}; "
        "ALTER TABLE compliance_signoffs DISABLE TRIGGER append_only; "
        "SET LOCAL SESSION AUTHORIZATION someone",
    )
    done = examine_on(connection)
    assert named(set(done.weaknesses) - before) == {
        ("trigger-disabled", "append_only on compliance_signoffs")
    }
    assert len(done.unchecked) == unchecked


def test_one_who_may_not_read_the_record_is_not_told_that_migrations_are_pending(
    connection: Connection,
) -> None:
    run(connection, "CREATE ROLE nobody LOGIN; SET LOCAL SESSION AUTHORIZATION nobody")
    done = examine_on(connection)
    assert {weakness.code for weakness in done.weaknesses} <= SERVERS_OWN
    assert len(done.unchecked) == 1


def test_a_database_migrated_by_a_role_of_its_own_has_no_weakness(
    server_url: str, template: str
) -> None:
    """The role that migrates is a member of the owner, no superuser, and owns the database."""
    with fresh_database(server_url) as url, connect(url) as administrator:
        database = administrator.info.dbname
        administrator.execute("DROP ROLE IF EXISTS migrator")
        administrator.execute("CREATE ROLE migrator LOGIN CREATEROLE IN ROLE reconciler_owner")
        try:
            administrator.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO migrator").format(sql.Identifier(database))
            )
            administrator.execute("ALTER SCHEMA public OWNER TO migrator")
            administrator.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            with connect(url) as opened:
                opened.execute("SET SESSION AUTHORIZATION migrator")
                opened.execute("SET synchronous_commit = on")
                create_machshop_tables(opened)
                migrate(opened)
                opened.execute("BEGIN READ ONLY")
                codes = {weakness.code for weakness in examine_on(opened).weaknesses}
                assert codes <= SERVERS_OWN
                opened.execute("ROLLBACK")
                assert {w.code for w in fast(opened, trusted=False)} == {
                    "session-owner",
                    "session-not-service",
                }
        finally:
            administrator.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
            administrator.execute("DROP OWNED BY migrator CASCADE")
            administrator.execute("DROP TABLE IF EXISTS sites, users CASCADE")
            administrator.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(sql.Identifier(database))
            )
            administrator.execute("DROP ROLE migrator")


def test_a_database_without_the_schema_lacks_every_migration(empty_database: str) -> None:
    with connect(empty_database) as opened, opened.transaction():
        found = examine_on(opened).weaknesses
    codes = [weakness.code for weakness in found if weakness.severity is Severity.ERROR]
    assert codes.count("migration-pending") >= 12
    assert set(codes) <= {"migration-pending", "synchronous-commit-off", "server-not-durable"}


def test_a_restored_backup_has_views_to_refresh_and_no_other_weakness(
    migrated: str, empty_database: str, before: set[Weakness]
) -> None:
    """The program that makes backups is the wheel's, which reads every server that is supported."""
    programs = wheel_binaries()
    dumped = subprocess.run(
        [programs / "pg_dump", migrated], capture_output=True, check=True
    ).stdout
    # Of the refreshes that fail, and of settings that an older server does not know, psql speaks.
    subprocess.run(
        [programs / "psql", "--no-psqlrc", "--quiet", empty_database],
        input=dumped, capture_output=True, check=True,
    )  # fmt: skip
    with passing(empty_database) as opened:
        found = set(examine_on(opened).weaknesses) - before
        assert named(found) == {
            ("view-unpopulated", "v_site_config_status"),
            ("view-unpopulated", "v_unsigned_compliance"),
        }
        for weakness in found:
            run(opened, weakness.hint)
        assert set(examine_on(opened).weaknesses) == before
