"""What is said of a database error: its cause, by name, and never the row it is about."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import Connection, connect, writing
from reconciler.database.failures import explained, explained_on
from reconciler.model.errors import LockNotObtainedError, ReconcilerError

ROW = "row-value-nobody-may-see"
TABLES = """
CREATE TABLE plant (id integer PRIMARY KEY);
CREATE TABLE press (
    id integer CONSTRAINT press_once PRIMARY KEY,
    name text NOT NULL CONSTRAINT short_name CHECK (length(name) < 30),
    plant integer CONSTRAINT at_a_plant REFERENCES plant DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO press VALUES (1, 'one', NULL)
"""
TRIGGER = """
CREATE FUNCTION "Hold it"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER hold BEFORE INSERT ON press FOR EACH ROW EXECUTE FUNCTION "Hold it"()
"""
ADD = "INSERT INTO press VALUES (2, 'row-value-nobody-may-see', NULL)"


@pytest.fixture
def connection(empty_database: str) -> Iterator[Connection]:
    with connect(empty_database) as opened:
        opened.execute(TABLES)
        yield opened


def failure(connection: Connection, *statements: str) -> psycopg.Error:
    """Return the error that a transaction of these statements ends with."""
    with pytest.raises(psycopg.Error) as raised, writing(connection):
        for statement in statements:
            connection.execute(statement.encode())
    return raised.value


def everything(error: ReconcilerError) -> str:
    return f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (ADD.replace("2,", "1,"), ["press_once", "of table press"]),
        (ADD.replace(ROW, ROW * 2), ["short_name", "press"]),
        (ADD.replace("NULL", "5"), ["at_a_plant", "press"]),
        ("INSERT INTO press VALUES (2, NULL, NULL)", ["name", "press"]),
    ],
    ids=["unique", "check", "deferred", "not-null"],
)
def test_a_refused_row_is_explained_by_the_constraint_and_its_table(
    connection: Connection, statement: str, names: list[str]
) -> None:
    for error in (
        explained(failure(connection, statement)),
        explained_on(connection, failure(connection, statement)),
    ):
        assert all(name in error.message for name in names)
        assert ROW not in everything(error)
        assert error.hint is not None
        assert "constraint" in error.hint


def test_the_constraint_and_the_table_are_not_named_twice(connection: Connection) -> None:
    violated = explained(failure(connection, "INSERT INTO press VALUES (2, 'two', 5)"))
    assert violated.message.count("at_a_plant") == 1


def test_a_trigger_is_named_with_its_table_and_quoted(connection: Connection) -> None:
    connection.execute(TRIGGER.format(body="RAISE EXCEPTION 'not on Fridays';").encode())
    error = explained_on(connection, failure(connection, ADD))
    assert error.message == "PostgreSQL: not on Fridays (trigger hold of table press)"
    assert error.hint == "A trigger in the database refused the change."


def test_a_trigger_is_named_where_it_raises_a_condition_of_another_kind(
    connection: Connection,
) -> None:
    body = "RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full', DETAIL = NEW.name;"
    connection.execute(TRIGGER.format(body=body).encode())
    error = explained_on(connection, failure(connection, ADD))
    assert error.message == "PostgreSQL: no room (trigger hold of table press)"
    assert ROW not in everything(error)


def test_a_trigger_of_a_partitioned_table_is_named_once(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE log (site integer) PARTITION BY HASH (site);"
        "CREATE TABLE log_0 PARTITION OF log FOR VALUES WITH (MODULUS 1, REMAINDER 0)"
    )
    moved = TRIGGER.format(body="RAISE EXCEPTION 'full';").replace("ON press", "ON log")
    connection.execute(moved.encode())
    error = explained_on(connection, failure(connection, "INSERT INTO log VALUES (1)"))
    assert error.message == "PostgreSQL: full (trigger hold of table log)"


def test_a_statement_timeout_is_explained_by_the_setting_its_place_and_the_trigger(
    connection: Connection, empty_database: str
) -> None:
    connection.execute(TRIGGER.format(body="PERFORM pg_sleep(30);").encode())
    hurried = make_conninfo(empty_database, options="-c statement_timeout=50ms")
    with connect(hurried) as client:
        error = explained_on(client, failure(client, ADD))
    assert "statement timeout" in error.message
    assert "trigger hold of table press" in error.message
    assert "statement_timeout is 50ms, set in the connection's options" in error.message


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("ALTER DATABASE {database} SET", "for this database"),
        ("ALTER ROLE {role} SET", "for this role"),
        ("ALTER ROLE {role} IN DATABASE {database} SET", "for this role in this database"),
    ],
    ids=["database", "role", "role-in-database"],
)
def test_a_read_only_server_is_explained_by_where_it_was_made_so(
    connection: Connection, empty_database: str, where: str, place: str
) -> None:
    role = f"reader_of_{connection.info.dbname}"
    setting = where.format(role=role, database=connection.info.dbname)
    connection.execute(f"CREATE ROLE {role} LOGIN; GRANT INSERT ON press TO {role}".encode())
    try:
        connection.execute(f"{setting} default_transaction_read_only = on".encode())
        with connect(make_conninfo(empty_database, user=role)) as client:
            error = explained_on(client, failure(client, ADD))
    finally:
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
    assert "read-only transaction" in error.message
    assert f"default_transaction_read_only is on, set {place}" in error.message
    assert error.hint is not None
    assert "read-only" in error.hint


def test_a_lock_timeout_is_explained_by_who_holds_what(
    connection: Connection, empty_database: str
) -> None:
    with connect(make_conninfo(empty_database, application_name="night-batch")) as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE press IN SHARE MODE")
        error = explained_on(
            connection, failure(connection, "SET LOCAL lock_timeout = '20ms'", ADD)
        )
        assert f"process {holder.info.backend_pid}" in error.message
    assert "press locked by night-batch of " in error.message
    assert isinstance(error, LockNotObtainedError)
    assert error.exit_code == 5


def test_an_error_is_explained_without_the_server_where_the_connection_is_gone(
    connection: Connection,
) -> None:
    connection.execute(
        TRIGGER.format(body="PERFORM pg_terminate_backend(pg_backend_pid());").encode()
    )
    lost = failure(connection, ADD)
    assert connection.closed
    error = explained_on(connection, lost)
    assert "terminating connection" in error.message
    assert error.hint is not None
    assert "nothing was half-written" in error.hint


def test_a_canceled_statement_is_explained(connection: Connection) -> None:
    error = explained_on(
        connection, failure(connection, "SELECT pg_cancel_backend(pg_backend_pid())")
    )
    assert "canceling statement due to user request" in error.message
    assert error.hint is not None
    assert "canceled" in error.hint


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (errors.SerializationFailure, "run the command again"),
        (errors.DeadlockDetected, "run the command again"),
        (errors.DiskFull, "The server's disk is full"),
        (errors.OutOfMemory, "out of memory"),
        (errors.ConfigurationLimitExceeded, "limit in the server's configuration"),
        (errors.TooManyConnections, "no more connections"),
        (errors.InsufficientPrivilege, "lacks a privilege"),
        (errors.UndefinedTable, "reconciler db migrate"),
        (errors.CrashShutdown, "The server crashed"),
        (errors.CannotConnectNow, "starting or stopping"),
        (errors.InternalError_, "server's log"),
    ],
)
def test_each_kind_of_error_says_what_to_do(kind: type[psycopg.Error], said: str) -> None:
    error = explained(kind("first line\nsecond line"))
    assert error.message == "PostgreSQL: first line"
    assert error.hint is not None
    assert said in error.hint


def test_an_error_without_words_is_named_by_its_type() -> None:
    assert explained(errors.DiskFull()).message == "PostgreSQL: DiskFull"
