"""Applying: the same plan, and one transaction that writes it, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg

from reconciler import __version__
from reconciler.database import writer
from reconciler.database.connection import Connection, explained, reading, writing
from reconciler.database.state import run_that_applied
from reconciler.model.desired import DesiredState
from reconciler.model.errors import (
    BlockedError,
    OutcomeUnknownError,
    ReconcilerError,
    RefusedPlanError,
    StalePlanError,
)
from reconciler.model.plan import Plan, Scope
from reconciler.operations.plan import (
    OpenDatabase,
    PlanRequest,
    PreparedRequest,
    plan_of_invalid,
    plan_on,
    prepare,
)
from reconciler.operations.staging import staged_changes, staged_records

DEFAULT_LOCK_TIMEOUT_SECONDS = 30.0
UNCOMMITTED = "with changes that were not committed"


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What to apply, and how.

    ``expected`` is a plan that was made and reviewed before: exactly that is applied, or nothing.
    """

    plan: PlanRequest
    expected: Plan | None = None
    allow_dirty: bool = False
    lock_timeout_seconds: float = DEFAULT_LOCK_TIMEOUT_SECONDS

    @property
    def kind(self) -> str:
        """How the run is recorded."""
        return "apply" if self.plan.scope is Scope.ALL else "drift"


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of an apply.

    ``run_id`` is None where nothing was written: nothing to do, not confirmed, or not valid.
    ``warnings`` are about what happened after the commit and changes nothing of it.
    """

    plan: Plan
    run_id: UUID | None = None
    warnings: tuple[str, ...] = ()


def apply(
    request: ApplyRequest, open_database: OpenDatabase, confirm: Callable[[Plan], bool]
) -> Applied:
    """Plan, ask, and write everything in one transaction that this function commits.

    Args:
        request: what to apply.
        open_database: opens the installation's database.
        confirm: is shown the plan before anything is written; False ends without a trace.

    Raises:
        BlockedError: the plan may not be applied, or the desired state is not committed.
        StalePlanError: what would be done is no longer what was planned.
        LockNotObtainedError: another run holds the lock.
        OutcomeUnknownError: the connection was lost in COMMIT and the server cannot be reached.
        ReconcilerError: the database refused; nothing was written.
    """
    return apply_prepared(request, prepare(request.plan), open_database, confirm)


def apply_prepared(
    request: ApplyRequest,
    prepared: PreparedRequest,
    open_database: OpenDatabase,
    confirm: Callable[[Plan], bool],
) -> Applied:
    """Do as ``apply`` does, once the desired state was read and checked."""
    if (invalid := plan_of_invalid(prepared)) is not None:
        return Applied(invalid)
    with open_database() as connection:
        run = _Run(request, prepared, connection, open_database)
        return run.execute(confirm)


class _Run:
    """One apply: its connection, its id, and what is recorded when it does not succeed."""

    def __init__(
        self,
        request: ApplyRequest,
        prepared: PreparedRequest,
        connection: Connection,
        open_database: OpenDatabase,
    ) -> None:
        self.id = uuid4()
        self.request = request
        self.prepared = prepared
        self.connection = connection
        self.open_database = open_database
        state = prepared.head.comparable
        if state is None:
            raise TypeError("an invalid desired state was to be applied")
        self.head: DesiredState = state

    def execute(self, confirm: Callable[[Plan], bool]) -> Applied:
        with reading(self.connection):
            planned = plan_on(self.connection, self.prepared)
        if self.request.expected is not None:
            self._require_expected(planned, self.request.expected)
        if not planned.differs and not planned.blocked:
            return Applied(planned)
        self._require_applyable(planned)
        if not confirm(planned):
            return Applied(planned)
        try:
            self._write(planned)
        except psycopg.Error as error:
            self._resolve(planned, error)
        except ReconcilerError as error:
            self._record_failure(self.connection, planned, error)
            raise
        return Applied(planned, self.id, self._refresh())

    def _require_expected(self, planned: Plan, expected: Plan) -> None:
        applied = run_that_applied(self.connection, expected.plan_id)
        if applied is not None:
            run_id, at = applied
            raise self._refused(
                planned,
                StalePlanError(
                    f"this plan was applied before, by run {run_id} at {at:%Y-%m-%d %H:%M:%S %Z}",
                    "A plan is applied once: plan again to see what is left to do.",
                    planned,
                ),
            )
        if planned.plan_id != expected.plan_id:
            raise self._refused(
                planned,
                StalePlanError(
                    "what would be applied now is not what was planned",
                    "Plan again and have the new plan reviewed: the desired state or the "
                    "database has changed since.",
                    planned,
                ),
            )

    def _require_applyable(self, planned: Plan) -> None:
        if planned.blocked:
            raise self._refused(
                planned,
                BlockedError(
                    "the plan is blocked: " + "; ".join(planned.why_blocked),
                    "The plan says what is missing; nothing was written.",
                    planned,
                ),
            )
        if self.head.revision.dirty and not self.request.allow_dirty:
            raise self._refused(
                planned,
                BlockedError(
                    "the desired state is not committed, so the audit log could not name it",
                    "Commit it, name a commit with --ref, or pass --allow-dirty.",
                ),
            )

    def _refused(self, planned: Plan, error: RefusedPlanError) -> RefusedPlanError:
        self._record_failure(self.connection, planned, error)
        return error

    def _write(self, planned: Plan) -> None:
        """Lock, read again, and write, in one transaction: the plan exactly, or nothing."""
        with writing(self.connection):
            writer.take_lock(self.connection, self.request.lock_timeout_seconds)
            under_lock = plan_on(self.connection, self.prepared)
            if under_lock.plan_id != planned.plan_id:
                raise StalePlanError(
                    "the database changed between the plan and its application",
                    "Plan again; nothing was written.",
                    under_lock,
                )
            message = UNCOMMITTED if self.head.revision.dirty else ""
            run = self._record(self.connection, planned, "applied", message)
            writer.write_changes(
                self.connection,
                run,
                staged_changes(planned, self.head, self.id),
                staged_records(planned, self.head, self.prepared.records),
            )

    def _resolve(self, planned: Plan, error: psycopg.Error) -> None:
        """Find out what became of the transaction, and raise unless it was committed after all."""
        failure = explained(error)
        if not self.connection.closed:
            self._record_failure(self.connection, planned, failure)
            raise failure from None
        try:
            with self.open_database() as connection:
                if writer.was_recorded(connection, self.id):
                    return
                self._record_failure(connection, planned, failure)
        except (psycopg.Error, ReconcilerError):
            raise OutcomeUnknownError(
                "the connection was lost and the server cannot be reached to say what became of "
                f"run {self.id}",
                "Apply again once the server answers: it does only what is left to do.",
            ) from None
        raise failure from None

    def _record_failure(
        self, connection: Connection, planned: Plan, error: ReconcilerError
    ) -> None:
        """Leave a row about a run that wrote nothing; failing to is not worth another error."""
        status = "refused" if isinstance(error, RefusedPlanError) else "failed"
        try:
            self._record(connection, planned, status, error.message)
        except psycopg.Error:
            return

    def _record(
        self, connection: Connection, planned: Plan, status: str, message: str
    ) -> writer.RunRecord:
        run = writer.RunRecord(
            id=self.id,
            kind=self.request.kind,
            status=status,
            plan_id=planned.plan_id,
            commit_id=self.head.revision.commit,
            started_by=self.head.service_user.id if status == "applied" else None,
            message=message,
            summary=planned.summary.model_dump(),
            tool_version=__version__,
        )
        writer.record_run(connection, run)
        return run

    def _refresh(self) -> tuple[str, ...]:
        try:
            if self.connection.closed:
                with self.open_database() as connection:
                    writer.refresh_views(connection)
            else:
                writer.refresh_views(self.connection)
        except (psycopg.Error, ReconcilerError) as error:
            problem = explained(error).message if isinstance(error, psycopg.Error) else str(error)
            return (f"applied, but the reporting views could not be refreshed: {problem}",)
        return ()
