"""What became of a transaction whose session was lost, asked from another session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

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
    asked = {"id": run_id, "transaction": transaction}
    row = connection.execute(query("apply/outcome"), asked).fetchone()
    status, recorded = row or (None, False)
    if recorded or status == "committed":
        return Outcome.COMMITTED
    return Outcome.IN_PROGRESS if status == "in progress" else Outcome.ROLLED_BACK


def end_session(connection: Connection, session: Session) -> None:
    """End a server process whose client is gone; nothing happens where it has ended already."""
    connection.execute(query("apply/end_session"), {"pid": session.pid, "since": session.since})
