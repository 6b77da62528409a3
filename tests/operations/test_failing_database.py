"""Apply on a database that refuses: the cause is named, nothing is written, the next run works."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.support.installation import CORK_ERP, Installation, erp_file
from tests.support.program import run

SESSIONS = (
    "SELECT application_name, state, query FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
VERSIONS_ALLOWED = """
CREATE TABLE allowed (version varchar(20) PRIMARY KEY);
ALTER TABLE site_extension_configs ADD CONSTRAINT version_allowed FOREIGN KEY (version)
    REFERENCES allowed (version) DEFERRABLE INITIALLY DEFERRED NOT VALID
"""
TRIGGER = """
CREATE FUNCTION weekly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE {kind}TRIGGER weekly AFTER INSERT ON {table} {when} FOR EACH ROW EXECUTE FUNCTION weekly()
"""
REFUSE = "RAISE EXCEPTION 'no changes on Fridays' USING DETAIL = NEW::text;"
Failing = Callable[[Installation], AbstractContextManager[None]]


def trigger(table: str, body: str, *, kind: str = "", when: str = "") -> str:
    return TRIGGER.format(table=table, body=body, kind=kind, when=when)


def set_for_database(installation: Installation, setting: LiteralString) -> None:
    """Set, or RESET, a setting of the database, even where that is read-only."""
    writable = make_conninfo(installation.owner_url, options="-c default_transaction_read_only=off")
    database = sql.SQL("ALTER DATABASE {} ").format(sql.Identifier(installation.database))
    with psycopg.connect(writable, autocommit=True) as connection:
        connection.execute(database + sql.SQL(setting))


@contextlib.contextmanager
def deferred_constraint(installation: Installation) -> Iterator[None]:
    installation.rows(VERSIONS_ALLOWED)
    yield
    installation.rows("INSERT INTO allowed VALUES ('3.1.0')")


@contextlib.contextmanager
def failing_trigger(installation: Installation) -> Iterator[None]:
    installation.rows(trigger("configuration_audit_log", REFUSE))
    yield
    installation.rows("DROP FUNCTION weekly CASCADE")


@contextlib.contextmanager
def trigger_failing_at_commit(installation: Installation) -> Iterator[None]:
    installation.rows(
        trigger(
            "configuration_snapshots",
            REFUSE,
            kind="CONSTRAINT ",
            when="DEFERRABLE INITIALLY DEFERRED",
        )
    )
    yield
    installation.rows("DROP FUNCTION weekly CASCADE")


@contextlib.contextmanager
def statement_timeout(installation: Installation) -> Iterator[None]:
    installation.rows(trigger("configuration_snapshots", "PERFORM pg_sleep(30); RETURN NULL;"))
    set_for_database(installation, "SET statement_timeout = '1500ms'")
    yield
    set_for_database(installation, "RESET statement_timeout")
    installation.rows("DROP FUNCTION weekly CASCADE")


@contextlib.contextmanager
def held_by_another(installation: Installation, statement: str) -> Iterator[None]:
    named = make_conninfo(installation.owner_url, application_name="night-batch")
    with psycopg.connect(named) as holder:
        holder.execute(statement.encode())
        yield


def lock_held(installation: Installation) -> AbstractContextManager[None]:
    lock = "SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))"
    return held_by_another(installation, lock)


def audit_log_held(installation: Installation) -> AbstractContextManager[None]:
    return held_by_another(installation, "LOCK TABLE configuration_audit_log IN SHARE MODE")


def row_held(installation: Installation) -> AbstractContextManager[None]:
    return held_by_another(installation, "SELECT FROM site_extension_configs FOR UPDATE")


@contextlib.contextmanager
def read_only(installation: Installation) -> Iterator[None]:
    set_for_database(installation, "SET default_transaction_read_only = on")
    yield
    set_for_database(installation, "RESET default_transaction_read_only")


FAILURES: list[tuple[Failing, int, list[str]]] = [
    (deferred_constraint, 1, ["version_allowed", "site_extension_configs"]),
    (
        failing_trigger,
        1,
        ["no changes on Fridays", "trigger weekly of table configuration_audit_log"],
    ),
    (
        trigger_failing_at_commit,
        1,
        ["no changes on Fridays", "trigger weekly of table configuration_snapshots"],
    ),
    (
        statement_timeout,
        1,
        ["statement_timeout is 1500ms, set for this database", "trigger weekly of table"],
    ),
    (lock_held, 5, ["locked by night-batch of postgres", "process "]),
    (audit_log_held, 5, ["configuration_audit_log locked by night-batch of postgres", "process "]),
    (row_held, 5, ["site_extension_configs locked by night-batch of postgres", "process "]),
    (read_only, 1, ["default_transaction_read_only is on, set for this database", "read-only"]),
]


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one merged change that was not applied yet."""
    changed = erp_file("cork", interval=90, version="3.1.0")
    installation.commit("Upgrade and sync slower", {CORK_ERP: changed})
    return installation


def sessions_after(installation: Installation, seconds: float) -> list[tuple[str, str, str]]:
    """Return the sessions that are still there after a while; waits only while there are any."""
    give_up = time.monotonic() + seconds
    while (found := installation.rows(SESSIONS)) and time.monotonic() < give_up:
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(
    ("failing", "code", "causes"), FAILURES, ids=[failing.__name__ for failing, _, _ in FAILURES]
)
def test_an_apply_that_the_database_refuses_names_the_cause_writes_nothing_and_can_be_repeated(
    pending: Installation, failing: Failing, code: int, causes: list[str]
) -> None:
    with failing(pending):
        before = pending.digest(leaving_out=("reconcile_runs",))
        refused = run(pending, "apply", "--yes", "--lock-timeout", "1")
        assert pending.digest(leaving_out=("reconcile_runs",)) == before
    assert refused.code == code, refused.err
    assert all(cause in refused.err for cause in causes), refused.err
    assert "Traceback" not in refused.err
    assert str(pending.rows("SELECT id FROM sites LIMIT 1")[0][0]) not in refused.err
    assert sessions_after(pending, 5) == []
    repeated = run(pending, "apply", "--yes")
    assert repeated.code == 0, repeated.err
    assert not pending.plan().differs
