"""What became of a transaction whose session was lost, asked from another session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from psycopg import errors

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query


class Outcome(Enum):
    """Where a transaction has come to."""

    COMMITTED = auto()
    ROLLED_BACK = auto()
    IN_PROGRESS = auto()


@dataclass(frozen=True, slots=True)
class Session:
    """A server process, which is another one once its number is used again."""

    pid: int
    since: datetime


def session_of(connection: Connection) -> Session | None:
    """Return the server process that works for ``connection``; None where the server hides it."""
    row = connection.execute(query("apply/session")).fetchone()
    return Session(*row) if row else None


def outcome_of(connection: Connection, run_id: UUID, transaction: str) -> Outcome:
    """Return what became of the transaction of a run, by the commit log and by the run's row.

    ``transaction`` is as ``writer.record_run`` returned it. A server that never saw it, as one
    that took over without its last commits, has no row of the run either.
    """
    status = _status(connection, transaction)
    if status == "in progress":
        return Outcome.IN_PROGRESS
    # Asked last: what had ended when the log was asked has its row by now, or never will.
    row = connection.execute(query("apply/outcome"), {"id": run_id}).fetchone()
    committed = status == "committed" or (row is not None and row[0])
    return Outcome.COMMITTED if committed else Outcome.ROLLED_BACK


def _status(connection: Connection, transaction: str) -> str | None:
    asked = {"transaction": transaction}
    try:
        row = connection.execute(query("apply/transaction_status"), asked).fetchone()
    except errors.InvalidParameterValue:
        return None
    return row[0] if row else None


def end_session(connection: Connection, session: Session) -> None:
    """End a server process whose client is gone; nothing happens where it has ended already."""
    connection.execute(query("apply/end_session"), {"pid": session.pid, "since": session.since})
