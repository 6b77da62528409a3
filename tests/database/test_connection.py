"""Connections: how they are opened, and what their failures say and keep to themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from reconciler.database.connection import connect, reading
from reconciler.database.opening import keep_out_of_git, open_database
from reconciler.model.errors import ReconcilerError

PASSWORD = "s3cr3t-Pa55"  # noqa: S105 - looked for in messages
ROW = "row-value-nobody-may-see"


def said(error: ReconcilerError) -> str:
    chained = (error, error.__cause__, None if error.__suppress_context__ else error.__context__)
    return " ".join(f"{one} {getattr(one, 'hint', '')}" for one in chained if one is not None)


def failure(url: str) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as raised, connect(url):
        pass
    return raised.value


def test_a_connection_commits_by_itself_and_names_the_program(empty_database: str) -> None:
    with connect(empty_database) as connection:
        assert connection.autocommit
        name = connection.execute("SELECT current_setting('application_name')").fetchone()
    assert name == ("reconciler",)
    assert connection.closed


def test_the_urls_own_application_name_is_kept(empty_database: str) -> None:
    with connect(make_conninfo(empty_database, application_name="nightly")) as connection:
        name = connection.execute("SELECT current_setting('application_name')").fetchone()
    assert name == ("nightly",)


def test_a_connection_is_closed_when_the_command_fails(empty_database: str) -> None:
    with pytest.raises(KeyError), connect(empty_database) as connection:
        raise KeyError
    assert connection.closed


def test_no_statement_is_prepared_by_name_so_that_a_pooler_serves_as_well(
    empty_database: str,
) -> None:
    with connect(empty_database) as connection:
        for _ in range(20):
            connection.execute("SELECT %s::int", [1])
        kept = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert kept == (0,)


def test_a_database_given_by_url_is_opened_as_it_is(empty_database: str) -> None:
    with open_database(empty_database) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (
            connection.info.dbname,
        )


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://someone:{PASSWORD}@localhost:1/none",
        f"postgresql://someone:{PASSWORD}@localhost:99999/none",
        f"postgresql://someone:{PASSWORD}@localhost:port/none",
        f"postgresql://someone:{PASSWORD}@[localhost/none",
        f"postgresql://someone:{PASSWORD}@localhost/none?nonsense=1",
        f"postgresql://someone:{PASSWORD}%zz@localhost/none",
        f"postgresql://someone:{PASSWORD}@localhost:1/none?connect_timeout=soon",
        f"postgresql://someone:{PASSWORD}@localhost:1/none?sslmode=nonsense",
        f"host=localhost port=1 user=someone password={PASSWORD}",
        f"host=localhost port=1 user=someone password='{PASSWORD}",
        f"host=localhost port=1 {PASSWORD}",
        f"{PASSWORD}",
    ],
)
def test_no_failure_to_connect_shows_the_password(url: str) -> None:
    error = failure(url)
    assert PASSWORD not in said(error)
    assert error.hint


def test_a_server_that_refuses_is_named_with_its_database(empty_database: str) -> None:
    absent = make_conninfo(empty_database, dbname="no_such_database", password=PASSWORD)
    error = failure(absent)
    assert "no_such_database" in error.message
    assert "does not exist" in error.message
    assert PASSWORD not in said(error)


def test_reading_is_one_read_only_moment_and_leaves_the_connection_as_it_was(
    empty_database: str,
) -> None:
    asked = (
        "SELECT current_setting('transaction_read_only'), current_setting('transaction_isolation')"
    )
    with connect(empty_database) as connection:
        with reading(connection):
            assert connection.execute(asked).fetchone() == ("on", "repeatable read")
        assert connection.execute(asked).fetchone() == ("off", "read committed")


def test_reading_leaves_the_connection_as_it_was_when_it_fails(empty_database: str) -> None:
    with connect(empty_database) as connection:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), reading(connection):
            connection.execute("CREATE TABLE forbidden ()")
        assert connection.info.transaction_status is TransactionStatus.IDLE
        connection.execute("CREATE TABLE allowed ()")


def test_reading_reports_a_lost_connection_as_what_it_is(empty_database: str) -> None:
    with connect(empty_database) as connection:
        with pytest.raises(psycopg.OperationalError), reading(connection):
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert connection.closed


def test_the_embedded_databases_folder_is_kept_out_of_git(tmp_path: Path) -> None:
    folder = tmp_path / ".reconciler"
    keep_out_of_git(folder)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (folder / "data").write_text("x", encoding="utf-8")
    untracked = subprocess.run(
        ["git", "-C", tmp_path, "status", "--porcelain"], check=True, capture_output=True
    )
    assert untracked.stdout == b""


def test_a_note_for_git_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    keep_out_of_git(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_an_interruption_in_the_middle_of_a_statement_comes_out_as_it_is(
    empty_database: str,
) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        connect(empty_database) as connection,
        reading(connection),
    ):
        connection.execute("SELECT 1")
        connection.pgconn.send_query(b"SELECT pg_sleep(60)")
        raise KeyboardInterrupt


INTERRUPTED_WITHOUT_A_SERVER = """
import sys
from reconciler.database.connection import connect, reading
with connect(sys.argv[1]) as connection, connect(sys.argv[1]) as other, reading(connection):
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
    raise KeyboardInterrupt
"""


def test_the_driver_says_nothing_of_a_rollback_that_nobody_is_there_for(database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WITHOUT_A_SERVER, database],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr
    assert "error ignored" not in done.stderr
