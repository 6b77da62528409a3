"""What became of a transaction whose session was lost, asked from another session."""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from msgspec import Struct
from psycopg import errors

from reconciler.database.connection import Connection, is_standby
from reconciler.database.sql_files import query


class Outcome(Enum):
    """Where a transaction has come to, as far as the server that is asked knows."""

    COMMITTED = auto()
    ROLLED_BACK = auto()
    IN_PROGRESS = auto()


class Session(Struct, frozen=True):
    """A server process while it runs one transaction.

    It is another process once its number is used again. Behind a pooler it may work for somebody
    else as soon as the transaction has ended, so ``began``, the transaction's start, is a part.
    """

    pid: int
    since: datetime
    began: datetime


def session_of(connection: Connection) -> Session | None:
    """Return the server process of the transaction that ``connection`` is in.

    None where the server hides it.
    """
    row = connection.execute(query("apply/session")).fetchone()
    return Session(*row) if row and None not in row else None


def outcome_of(connection: Connection, run_id: UUID, transaction: str) -> Outcome:
    """Return what became of the transaction of a run, by the run's row once it has ended.

    ``transaction`` is as ``writer.record_run`` returned it. The commit log only says whether it
    runs: a server that took over without the last commits gives its name to another. A standby
    that has no such row may be behind, and counts as one where the transaction is in progress.
    """
    if _status(connection, transaction) == "in progress":
        return Outcome.IN_PROGRESS
    was_standby = is_standby(connection)
    # Asked last: what had ended when the log was asked has its row by now, or never will.
    row = connection.execute(query("apply/outcome"), {"id": run_id}).fetchone()
    if row is not None and row[0]:
        return Outcome.COMMITTED
    return Outcome.IN_PROGRESS if was_standby else Outcome.ROLLED_BACK


def _status(connection: Connection, transaction: str) -> str | None:
    asked = {"transaction": transaction}
    try:
        row = connection.execute(query("apply/transaction_status"), asked).fetchone()
    except errors.InvalidParameterValue:
        return None
    return row[0] if row else None


def end_session(connection: Connection, session: Session) -> None:
    """End a server process whose client is gone, if it still runs that client's transaction.

    Nothing happens where the transaction has ended: the process may have been given to another
    client since, by a pooler.
    """
    asked = {"pid": session.pid, "since": session.since, "began": session.began}
    connection.execute(query("apply/end_session"), asked)
