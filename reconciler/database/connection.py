"""Connections to the installation's database, and the transactions on them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from reconciler.database.sql_files import query
from reconciler.model.errors import ReconcilerError

Connection: TypeAlias = psycopg.Connection[Any]
OpenDatabase: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Opens the installation's database, when it is needed."""

APPLICATION_NAME = "reconciler"
LOCK_TIMEOUT_SECONDS = 30.0
_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": APPLICATION_NAME,
    "connect_timeout": 10,
    # A server that is gone without a word is noticed within a minute.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_PORT = re.compile(r"[0-9,]*")
# That a rollback could not be asked for is no news: whoever interrupted says what was written.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


def _checked_options(url: str) -> dict[str, Any]:
    """Parse a URL or connection string without ever repeating it: it may hold a password."""
    malformed = ReconcilerError(
        "the database URL cannot be parsed",
        "Write postgresql://user@host:5432/database; percent-encode special characters.",
    )
    try:
        options = conninfo_to_dict(url)
    except (psycopg.ProgrammingError, UnicodeError):
        raise malformed from None
    # A password with a bare "@" or "/" spills over into the parts that errors name.
    spilled = any("@" in str(options.get(part, "")) for part in ("host", "port", "dbname"))
    if spilled or not _PORT.fullmatch(str(options.get("port", ""))):
        raise malformed
    return options


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """Open a connection for one command, in autocommit; transactions are always explicit.

    Statements are not prepared by name, so that a pooler in transaction mode serves as well.

    Raises:
        ReconcilerError: the URL is malformed or the server does not answer.
    """
    options = _DEFAULTS | _checked_options(url)
    try:
        connection = psycopg.connect(**options, autocommit=True, prepare_threshold=None)
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        where = f"{options.get('host', 'the default host')}, database {options.get('dbname', '')}"
        raise ReconcilerError(
            f"cannot connect to PostgreSQL at {where}: {_first_line(error)}",
            "Check that the server runs and that --database (or DATABASE_URL) names it.",
        ) from None
    with connection:
        yield connection


@contextmanager
def reading(
    connection: Connection, lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS
) -> Iterator[None]:
    """One READ ONLY, REPEATABLE READ transaction: one moment of the database, unwritable.

    A table that somebody has locked for himself is waited for, for that long.
    """
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            limit_lock_waits(connection, lock_timeout_seconds)
            yield
    finally:
        # Interrupted in the middle of a statement, it is of no more use, and refuses.
        if connection.info.transaction_status == TransactionStatus.IDLE:
            connection.read_only = None
            connection.isolation_level = None


@contextmanager
def writing(connection: Connection, *, commit: bool = True) -> Iterator[None]:
    """One READ COMMITTED transaction, whatever the server's default, committed at the end.

    What is read after a lock was waited for must be what is true then: a snapshot taken before
    the lock was granted would not be. COMMIT is answered once the transaction is on disk, even
    where a default says otherwise. Without ``commit``, deferred constraints are checked as a
    commit would, and everything is rolled back.

    Raises:
        ReconcilerError: the server answered COMMIT with another word; nothing was written.
    """
    connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    try:
        wait_for_commits(connection)
        yield
        if commit:
            # In a failed transaction COMMIT is no error: the answer is ROLLBACK.
            answer = connection.execute("COMMIT").statusmessage
            if answer != "COMMIT":
                raise ReconcilerError(
                    f"PostgreSQL answered {answer} to COMMIT", "Nothing was written."
                )
        else:
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finally:
        if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                connection.rollback()


def wait_for_commits(connection: Connection) -> None:
    """Have the transaction's COMMIT wait for the disk, where the default is that it does not.

    A default that waits for more, or for less but something, is somebody's decision and stays.
    """
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', TRUE) "
        "WHERE current_setting('synchronous_commit') = 'off'"
    )


def limit_lock_waits(connection: Connection, seconds: float) -> None:
    """Have what is waited for a lock end after some time, until the transaction ends."""
    limit = f"{max(1, int(seconds * 1000))}ms"
    connection.execute("SELECT set_config('lock_timeout', %s, TRUE)", [limit])


def notice_lost_clients(connection: Connection) -> None:
    """Have the server look, while a statement runs or waits, whether its client is still there.

    So nothing waits for a client that was killed. It lasts until the caller's transaction ends: a
    setting of the session would be another client's behind a pooler. Servers that cannot do so
    are left as they are.
    """
    with suppress(psycopg.Error), connection.transaction():
        connection.execute("SELECT set_config('client_connection_check_interval', '2s', TRUE)")


def close_if_busy(connection: Connection) -> None:
    """Close a connection on which a statement is still under way, or a transaction open.

    That is, after an interrupt: it takes no other statement, and says so instead of what happened.
    """
    if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
        connection.close()


def is_standby(connection: Connection) -> bool:
    """Return whether the server only follows another one."""
    row = connection.execute(query("state/is_standby")).fetchone()
    return row is not None and bool(row[0])


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
