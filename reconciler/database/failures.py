"""What errors of PostgreSQL mean: their cause in words, and what to do about it.

An error is told by its type and by the names in its diagnostics, never by its detail line,
which may quote a row. Where the server still answers, it is asked for what an error leaves out:
which trigger it was, where a setting was made, who holds a lock.
"""

from __future__ import annotations

import re
from datetime import datetime

import psycopg
from msgspec import Struct
from psycopg import errors

from reconciler.database.connection import Connection, is_standby
from reconciler.database.sql_files import query
from reconciler.model.errors import LockNotObtainedError, ReconcilerError

# The context is in the server's language and may quote values; a function's signature in it is
# the same in all of them, and a trigger's has no parameters.
_TRIGGER_FUNCTION = re.compile(r'((?:(?:"[^"\n]+"|\w+)\.)?(?:"[^"\n]+"|\w+)\(\))')
_PLACES = {
    "client": "in the connection's options",
    "command line": "on the server's command line",
    "configuration file": "in the server's configuration",
    "database": "for this database",
    "database user": "for this role in this database",
    "environment variable": "in the server's environment",
    "global": "for all roles",
    "session": "in this session",
    "user": "for this role",
}
_MIGRATE = "Run `reconciler db migrate` to bring the schema up to date."
_AGAIN = "The connection was lost; nothing was half-written."


class _Cause(Struct, frozen=True):
    """A kind of error: what it means, what to do, and the setting that is behind it."""

    kind: type[psycopg.Error]
    hint: str
    setting: str = ""


# The first that fits: a narrower kind stands before a wider one.
_CAUSES = (
    _Cause(
        errors.SerializationFailure, "Another session changed the same rows; run the command again."
    ),
    _Cause(errors.DeadlockDetected, "Another session locked the same rows; run the command again."),
    _Cause(
        errors.LockNotAvailable,
        "Another session holds the lock; wait until it is done, or allow more time.",
        "lock_timeout",
    ),
    _Cause(
        errors.QueryCanceled,
        "The server's statement_timeout ended a statement, or somebody canceled it: "
        "allow more time, or find out why it took so long.",
        "statement_timeout",
    ),
    _Cause(
        errors.IdleInTransactionSessionTimeout,
        "The server ends a transaction that waits for its client: allow it more time.",
        "idle_in_transaction_session_timeout",
    ),
    _Cause(
        errors.TransactionTimeout,
        "The server ends a transaction that takes so long: allow it more time.",
        "transaction_timeout",
    ),
    _Cause(
        errors.ReadOnlySqlTransaction,
        "The server, the database or the role is read-only: name the primary, or lift the setting.",
        "default_transaction_read_only",
    ),
    _Cause(errors.DiskFull, "The server's disk is full: make room on it, then run again."),
    _Cause(errors.OutOfMemory, "The server is out of memory; run again when it has some."),
    _Cause(
        errors.ConfigurationLimitExceeded,
        "A limit in the server's configuration was reached: raise it.",
    ),
    _Cause(errors.TooManyConnections, "The server takes no more connections; run again later."),
    _Cause(errors.InsufficientPrivilege, "The database role lacks a privilege that this needs."),
    _Cause(errors.UndefinedTable, _MIGRATE),
    _Cause(errors.UndefinedColumn, _MIGRATE),
    _Cause(errors.UndefinedFunction, _MIGRATE),
    _Cause(
        errors.IntegrityError,
        "A constraint of the database refused a row; the server's log has the row.",
    ),
    _Cause(errors.RaiseException, "A trigger in the database refused the change."),
    _Cause(errors.AdminShutdown, "The server, or the session on it, was shut down: " + _AGAIN),
    _Cause(errors.CrashShutdown, "The server crashed: " + _AGAIN),
    _Cause(errors.CannotConnectNow, "The server is starting or stopping; run again in a moment."),
    _Cause(psycopg.OperationalError, _AGAIN),
)
_OTHER = _Cause(psycopg.Error, "The server's log has more about it.")


def explained(error: psycopg.Error) -> ReconcilerError:
    """Return what a database error means to the person who ran the command.

    Args:
        error: as the driver raised it.

    Returns:
        An error with the server's primary message, the names that belong to it, and what to do.
    """
    return _worded(error, _names(error))


def explained_on(connection: Connection, error: psycopg.Error) -> ReconcilerError:
    """Do as ``explained`` does, and ask the server for what the error leaves out. Writes nothing.

    Args:
        connection: outside a transaction, on the server and as the role that the error is of.
        error: as the driver raised it.
    """
    try:
        with connection.transaction():
            facts = [*_names(error), *_asked(connection, error)]
    except psycopg.Error:
        return explained(error)
    return _worded(error, facts)


def _worded(error: psycopg.Error, facts: list[str]) -> ReconcilerError:
    kind = LockNotObtainedError if isinstance(error, errors.LockNotAvailable) else ReconcilerError
    known = f" ({'; '.join(facts)})" if facts else ""
    return kind(f"PostgreSQL: {primary_message(error)}{known}", _cause(error).hint)


def primary_message(error: psycopg.Error) -> str:
    """Return the first line of what the server, or else the driver, said."""
    said = (error.diag.message_primary or str(error)).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _cause(error: psycopg.Error) -> _Cause:
    return next((cause for cause in _CAUSES if isinstance(error, cause.kind)), _OTHER)


def _names(error: psycopg.Error) -> list[str]:
    """Name the constraint and the table that the error is about, unless its message does."""
    diag, said = error.diag, primary_message(error)
    names = {
        word: name
        for word, name in (
            ("constraint", diag.constraint_name),
            ("column", diag.column_name),
            ("of table", diag.table_name),
        )
        if name
    }
    if all(f'"{name}"' in said for name in names.values()):
        return []
    return [" ".join(f"{word} {name}" for word, name in names.items())]


def _asked(connection: Connection, error: psycopg.Error) -> list[str]:
    facts = _triggers(connection, error)
    if isinstance(error, errors.ReadOnlySqlTransaction) and is_standby(connection):
        return [*facts, "the server is a standby"]
    if isinstance(error, errors.LockNotAvailable):
        facts += _lock_holders(connection)
    return facts + _setting(connection, _cause(error).setting)


def _triggers(connection: Connection, error: psycopg.Error) -> list[str]:
    functions = _TRIGGER_FUNCTION.findall(error.diag.context or "")
    rows = connection.execute(query("failures/triggers"), {"functions": functions})
    return [f"trigger {trigger} of table {table}" for trigger, table in rows]


def _lock_holders(connection: Connection) -> list[str]:
    rows = connection.execute(query("failures/lock_holders"))
    return [
        f"{', '.join(tables) if tables else 'the installation'} locked by "
        f"{application or 'a session'} of {user}{_details(pid, address, since)}"
        for pid, user, application, address, since, tables in rows
    ]


def _details(pid: int, address: str | None, since: datetime | None) -> str:
    """Say of a session what the server shows to some logins only, where it showed it."""
    if since is None:
        return f", process {pid}"
    return f" at {address or 'a local socket'}, process {pid}, since {since:%Y-%m-%d %H:%M:%S %Z}"


def _setting(connection: Connection, name: str) -> list[str]:
    """Say what the setting is and where it was set, where it is not the default."""
    row = connection.execute(query("failures/setting"), {"name": name}).fetchone()
    if row is None or row[1] not in _PLACES:
        return []
    return [f"{name} is {row[0]}, set {_PLACES[row[1]]}"]
