"""A server process is ended for the sake of one transaction, and left alone in any other."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from reconciler.database.connection import Connection, connect
from reconciler.database.migrations import create_machshop_tables, migrate
from reconciler.database.server.embedded import EmbeddedServer
from reconciler.database.server.folder import open_server_folder
from reconciler.database.transaction_outcome import (
    Outcome,
    Session,
    end_session,
    outcome_of,
    session_of,
)


def session_in(connection: Connection) -> Session:
    session = session_of(connection)
    assert session is not None
    return session


def test_a_process_in_the_transaction_is_ended(empty_database: str) -> None:
    with (
        connect(empty_database) as asking,
        connect(empty_database) as lost,
        pytest.raises(psycopg.OperationalError),
        lost.transaction(),
    ):
        end_session(asking, session_in(lost))
        lost.execute("SELECT 1")


def test_a_process_that_has_begun_another_transaction_is_left_alone(empty_database: str) -> None:
    with connect(empty_database) as asking, connect(empty_database) as shared:
        with shared.transaction():
            ended = session_in(shared)
        with shared.transaction():
            now = session_in(shared)
            assert (now.pid, now.since) == (ended.pid, ended.since)
            end_session(asking, ended)
            assert shared.execute("SELECT 1").fetchone() == (1,)


def test_a_process_between_transactions_is_left_alone(empty_database: str) -> None:
    with connect(empty_database) as asking, connect(empty_database) as shared:
        with shared.transaction():
            ended = session_in(shared)
        end_session(asking, ended)
        assert shared.execute("SELECT 1").fetchone() == (1,)


def test_a_process_that_is_gone_is_no_error(empty_database: str) -> None:
    with connect(empty_database) as asking:
        with connect(empty_database) as leaving, leaving.transaction():
            gone = session_in(leaving)
        end_session(asking, gone)


def test_a_name_that_the_server_gave_to_another_transaction_says_nothing_of_the_run(
    database: str,
) -> None:
    """As after a failover: the run's commit never arrived, and its number was given anew."""
    with connect(database) as other, other.transaction():
        row = other.execute("SELECT pg_current_xact_id()::text").fetchone()
    assert row is not None
    with connect(database) as asking:
        assert outcome_of(asking, uuid4(), row[0]) is Outcome.ROLLED_BACK


def test_a_standby_that_has_no_row_of_a_run_does_not_say_that_nothing_was_written(
    tmp_path: Path,
) -> None:
    server = EmbeddedServer(tmp_path / "home", durable=False)
    try:
        with server as url, connect(url) as connection:
            create_machshop_tables(connection)
            migrate(connection)
        (open_server_folder(tmp_path / "home").data / "standby.signal").touch()
        with server as url, connect(url) as asking:
            assert outcome_of(asking, uuid4(), "3") is Outcome.IN_PROGRESS
    finally:
        server.remove()
