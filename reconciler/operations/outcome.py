"""Finding out whether a transaction was committed whose connection was lost."""

from __future__ import annotations

from uuid import UUID

import psycopg
from msgspec import Struct
from tenacity import Retrying, retry_any, retry_if_exception_type, retry_if_result
from tenacity.stop import stop_after_delay
from tenacity.wait import wait_random_exponential

from reconciler.database.connection import Connection, OpenDatabase
from reconciler.database.transaction_outcome import Outcome, Session, end_session, outcome_of
from reconciler.model.errors import OutcomeUnknownError, ReconcilerError

_LONGEST_WAIT_SECONDS = 2.0


class Attempt(Struct):
    """One transaction of a run, as far as it had come.

    ``session`` is the server process while it runs it, ``transaction`` the server's name of it;
    ``committing`` once COMMIT was, or may have been, sent.
    """

    session: Session | None = None
    transaction: str | None = None
    committing: bool = False


def was_committed(
    open_database: OpenDatabase, run_id: UUID, attempt: Attempt, timeout_seconds: float
) -> bool:
    """Return whether a transaction was committed, asking until the server knows.

    A server process that still runs it, for the client that is gone, is ended.

    Raises:
        OutcomeUnknownError: the server could not be reached, or did not know, for that long.
    """
    transaction = attempt.transaction
    if transaction is None or not attempt.committing:
        return False
    ask = Retrying(
        retry=retry_any(
            retry_if_exception_type((psycopg.Error, ReconcilerError)),
            retry_if_result(lambda outcome: outcome is Outcome.IN_PROGRESS),
        ),
        stop=stop_after_delay(timeout_seconds),
        wait=wait_random_exponential(multiplier=0.05, max=_LONGEST_WAIT_SECONDS),
        retry_error_callback=lambda _: Outcome.IN_PROGRESS,
    )

    def outcome() -> Outcome:
        with open_database() as connection:
            found = outcome_of(connection, run_id, transaction)
            if found is Outcome.IN_PROGRESS:
                end_what_is_left(connection, attempt)
            return found

    found = ask(outcome)
    if found is Outcome.IN_PROGRESS:
        raise OutcomeUnknownError(
            "the connection was lost while committing, and the server cannot be reached, or does "
            f"not know yet what became of run {run_id}",
            "Apply again once the server answers: it does only what is left to do.",
        )
    return found is Outcome.COMMITTED


def end_what_is_left(connection: Connection, attempt: Attempt) -> None:
    """End the server process of an attempt whose client is gone, so that nobody waits for it."""
    if attempt.session is not None:
        end_session(connection, attempt.session)
