"""Migrations: applied once each, in order, under a lock, and never edited."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from reconciler.database.connection import Connection, connect
from reconciler.database.migrations import (
    all_migrations,
    create_machshop_tables,
    migrate,
    migration_state,
)
from reconciler.model.errors import ReconcilerError
from tests.support.installation import table_digests

SIX_TABLES = {
    "site_extension_configs",
    "compliance_signoffs",
    "configuration_audit_log",
    "extension_dependency_cache",
    "extension_conflicts_detected",
    "configuration_snapshots",
}
VERSIONS = [migration.version for migration in all_migrations()]
BLOCKED = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
    "AND cardinality(pg_blocking_pids(pid)) > 0"
)


def applied_versions(url: str) -> list[int]:
    with connect(url) as connection:
        return [migration.version for migration in migration_state(connection).applied]


def create_sites_and_users(url: str) -> None:
    with connect(url) as connection:
        create_machshop_tables(connection)


def blocked_backend(connection: Connection) -> int:
    """Wait until a session waits for a lock; return its process id.

    ``connection`` is in no transaction, since in one pg_stat_activity never changes.
    """
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        row = connection.execute(BLOCKED).fetchone()
        if row is not None:
            return int(row[0])
        time.sleep(0.005)
    raise AssertionError("no session ever waited for a lock")


def test_an_empty_database_comes_to_the_current_schema(empty_database: str) -> None:
    create_sites_and_users(empty_database)
    with connect(empty_database) as connection:
        assert [migration.version for migration in migrate(connection)] == VERSIONS
        state = migration_state(connection)
        assert (len(state.applied), state.pending) == (len(VERSIONS), ())
        assert table_digests(connection).keys() >= SIX_TABLES


def test_migrations_are_numbered_without_gaps_from_one() -> None:
    assert list(range(1, len(VERSIONS) + 1)) == VERSIONS


def test_a_second_migrate_does_nothing(database: str) -> None:
    with connect(database) as connection:
        before = table_digests(connection)
        assert list(migrate(connection)) == []
        assert table_digests(connection) == before


def test_asking_for_the_state_of_an_empty_database_writes_nothing(empty_database: str) -> None:
    with connect(empty_database) as connection:
        state = migration_state(connection)
        assert [migration.version for migration in state.pending] == VERSIONS
        assert table_digests(connection) == {}


def test_an_edited_migration_is_an_error_naming_it(database: str) -> None:
    with connect(database) as connection:
        connection.execute("UPDATE reconciler_migrations SET checksum = 'other' WHERE version = 2")
        for ask in (migrate, migration_state):
            with pytest.raises(ReconcilerError, match=r"migration 2 \(\w+\) was edited"):
                ask(connection)


def test_a_migration_that_the_program_does_not_know_is_an_error(database: str) -> None:
    with connect(database) as connection:
        connection.execute(
            "INSERT INTO reconciler_migrations (version, name, checksum) VALUES (9999, 'next', 'x')"
        )
        for ask in (migrate, migration_state):
            with pytest.raises(ReconcilerError, match=r"9999.*does not know") as raised:
                ask(connection)
    assert "upgrade the program" in str(raised.value.hint)


def test_a_database_without_machshops_tables_is_refused_untouched(empty_database: str) -> None:
    with connect(empty_database) as connection:
        with pytest.raises(
            ReconcilerError, match=r"no table public\.sites and no table public\.users"
        ) as raised:
            migrate(connection)
        assert table_digests(connection) == {}
    assert "reconciler db bootstrap" in str(raised.value.hint)


def test_a_database_that_lacks_one_of_machshops_tables_is_told_which(empty_database: str) -> None:
    create_sites_and_users(empty_database)
    with connect(empty_database) as connection:
        connection.execute("DROP TABLE users")
        with pytest.raises(ReconcilerError, match=r"has no table public\.users"):
            migrate(connection)


def test_two_migrates_at_once_apply_each_migration_once(empty_database: str) -> None:
    create_sites_and_users(empty_database)
    together = threading.Barrier(2, timeout=20)

    def run() -> list[int]:
        with connect(empty_database) as connection:
            together.wait()
            return [migration.version for migration in migrate(connection)]

    with ThreadPoolExecutor(2) as background:
        outcomes = [future.result(60) for future in [background.submit(run) for _ in range(2)]]
    assert sorted(outcomes[0] + outcomes[1]) == VERSIONS
    assert applied_versions(empty_database) == VERSIONS


def test_a_migrate_killed_half_way_leaves_its_migration_pending_and_can_be_run_again(
    empty_database: str,
) -> None:
    create_sites_and_users(empty_database)

    def run() -> None:
        with connect(empty_database) as connection:
            migrate(connection)

    with (
        ThreadPoolExecutor(1) as background,
        connect(empty_database) as watching,
        connect(empty_database) as holding,
    ):
        holding.execute("BEGIN")
        holding.execute("LOCK TABLE sites IN ACCESS EXCLUSIVE MODE")
        running = background.submit(run)
        watching.execute("SELECT pg_terminate_backend(%s, 5000)", [blocked_backend(watching)])
        with pytest.raises(psycopg.OperationalError):
            running.result(20)
        holding.execute("ROLLBACK")
    done = applied_versions(empty_database)
    assert done == VERSIONS[: len(done)]
    assert 0 < len(done) < len(VERSIONS)
    with connect(empty_database) as connection:
        assert [migration.version for migration in migrate(connection)] == VERSIONS[len(done) :]


def test_a_migration_that_fails_is_rolled_back_whole(empty_database: str) -> None:
    create_sites_and_users(empty_database)
    with connect(empty_database) as connection:
        # The second table of the second migration, so that the first one was created before.
        connection.execute("CREATE TABLE site_extension_config_versions ()")
        with pytest.raises(psycopg.errors.DuplicateTable):
            migrate(connection)
        there = connection.execute("SELECT to_regclass('site_extension_configs')").fetchone()
        assert there == (None,)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert applied_versions(empty_database) == [1]


def test_a_migrate_waits_no_longer_than_it_was_told(empty_database: str) -> None:
    create_sites_and_users(empty_database)
    with connect(empty_database) as holding, connect(empty_database) as connection:
        holding.execute("BEGIN")
        holding.execute("SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))")
        started = time.monotonic()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(connection, lock_timeout=0.1)
        assert time.monotonic() - started < 2
    assert applied_versions(empty_database) == []


def test_a_strange_search_path_changes_nothing_of_where_the_schema_comes_to(
    empty_database: str,
) -> None:
    create_sites_and_users(empty_database)
    with connect(empty_database) as connection:
        connection.execute("CREATE SCHEMA elsewhere")
        connection.execute("SET search_path = elsewhere, public")
        migrate(connection)
        schemas = connection.execute(
            "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_class "
            "WHERE relname = ANY (%s) AND relkind IN ('r', 'p')",
            [list(SIX_TABLES)],
        ).fetchall()
    assert schemas == [("public",)]


def test_functions_that_run_as_their_owner_have_pg_temp_last_in_their_search_path(
    database: str,
) -> None:
    with connect(database) as connection:
        settings = connection.execute(
            "SELECT proname, proconfig FROM pg_proc WHERE prosecdef "
            "AND pronamespace = 'public'::regnamespace ORDER BY proname"
        ).fetchall()
    assert settings
    assert {config[0] for _, config in settings} == {"search_path=public, pg_temp"}
