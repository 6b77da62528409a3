"""Applying: the same plan, and one transaction that writes it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import errors
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from reconciler.database import state as database
from reconciler.database import writer
from reconciler.database.audit import chain_heads
from reconciler.database.connection import (
    LOCK_TIMEOUT_SECONDS,
    Connection,
    OpenDatabase,
    close_if_busy,
    notice_lost_clients,
    reading,
    wait_for_commits,
    writing,
)
from reconciler.database.failures import explained, explained_on
from reconciler.database.transaction_outcome import session_of
from reconciler.model.errors import BlockedError, ReconcilerError, RefusedPlanError, StalePlanError
from reconciler.model.evidence import ChainHead
from reconciler.model.plan import BlockedReason, Plan
from reconciler.operations.desired_state import now
from reconciler.operations.doctor import require_safe
from reconciler.operations.expected_plan import PLAN_AGAIN, what_moved, why_refused
from reconciler.operations.outcome import Attempt, end_what_is_left, was_committed
from reconciler.operations.plan import inputs_on
from reconciler.operations.preparing import (
    PlanRequest,
    PreparedRequest,
    comparable,
    plan_of_invalid,
    prepare_partly,
    up_to_date,
)
from reconciler.operations.run_log import INTERRUPTED, RunLog, kind_of
from reconciler.operations.settling import is_settled, may_settle, settle
from reconciler.operations.staging import Forced, staged_changes, staged_records
from reconciler.planning.change_windows import closed_windows
from reconciler.planning.inputs import PlanInputs
from reconciler.planning.plan import make_plan
from reconciler.planning.safety import ReasonsBySubject

DEFAULT_LOCK_TIMEOUT_SECONDS = LOCK_TIMEOUT_SECONDS
DEFAULT_OUTCOME_TIMEOUT_SECONDS = 30.0
_PASSING = (errors.SerializationFailure, errors.DeadlockDetected)
_MOST_ATTEMPTS = 6
_SHORT_WAIT_SECONDS = 1.0


def _nothing_more() -> None:
    return


class ApplyRequest(Struct, frozen=True):
    """What to apply, and how.

    ``expected`` is a plan that was made and reviewed before: exactly that is applied, or nothing;
    with ``follow_branch``, only while the branch that led to it is where it was. ``force`` is why
    a plan is applied that is blocked for a reason that may be overridden. ``outcome_timeout`` is
    how long a server is asked, after a connection was lost in COMMIT, what became of it. ``clock``
    is asked when change windows are looked at. ``trusted`` is True for the embedded server, where
    the login may be a superuser. ``when_applied`` is called once it is certain that it was applied,
    and an interruption is not to say otherwise.
    """

    plan: PlanRequest
    expected: Plan | None = None
    follow_branch: bool = True
    allow_dirty: bool = False
    force: str | None = None
    lock_timeout_seconds: float = DEFAULT_LOCK_TIMEOUT_SECONDS
    outcome_timeout_seconds: float = DEFAULT_OUTCOME_TIMEOUT_SECONDS
    clock: Callable[[], datetime] = now
    trusted: bool = False
    when_applied: Callable[[], None] = _nothing_more


class Applied(Struct, frozen=True):
    """What came of an apply.

    ``run_id`` is None where nothing was written: nothing to do, not confirmed, not valid, or
    rehearsed. ``warnings`` are about what happened after the commit and changes nothing of it.
    ``heads`` are the newest links that the run's own transaction gave the chains of its sites.
    """

    plan: Plan
    run_id: UUID | None = None
    warnings: tuple[str, ...] = ()
    heads: tuple[ChainHead, ...] = ()


def apply(
    request: ApplyRequest, open_database: OpenDatabase, confirm: Callable[[Plan], bool]
) -> Applied:
    """Plan, ask, and write everything in one transaction that this function commits.

    Args:
        request: what to apply.
        open_database: opens the installation's database.
        confirm: is shown the plan before anything is written; False ends without a trace.

    Raises:
        BlockedError: the plan may not be applied, the desired state is not committed, or the
            database or the login is not one that may be written with.
        StalePlanError: what would be done is no longer what was planned.
        LockNotObtainedError: another run holds the lock.
        OutcomeUnknownError: the connection was lost in COMMIT and the server cannot be reached.
        ReconcilerError: the database refused; nothing was written.
        KeyboardInterrupt: it was interrupted before it was committed; nothing was written.
    """
    prepared = prepare_partly(request.plan, open_database, request.lock_timeout_seconds)
    return apply_prepared(request, prepared, open_database, confirm)


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


def rehearse(request: ApplyRequest, open_database: OpenDatabase) -> Plan:
    """Do all that an apply does, triggers and deferred constraints included, and roll it back.

    Returns:
        The plan; one that is blocked or has nothing to do is not rehearsed.

    Raises:
        ReconcilerError: as ``apply`` does; the database would have refused.
    """
    prepared = prepare_partly(request.plan, open_database, request.lock_timeout_seconds)
    if (invalid := plan_of_invalid(prepared)) is not None:
        return invalid
    with open_database() as connection:
        return _Run(request, prepared, connection, open_database).rehearse()


class _Run:
    """One apply: its connection, its id, and what is recorded when it does not succeed."""

    def __init__(
        self,
        request: ApplyRequest,
        prepared: PreparedRequest,
        connection: Connection,
        open_database: OpenDatabase,
    ) -> None:
        self.request = request
        self.prepared = prepared
        self.connection = connection
        self.open_database = open_database
        self.head = comparable(prepared.head)
        self.log = RunLog(kind_of(request.plan.scope), self.head)
        self.forced: Forced | None = None
        self.planned: tuple[PlanInputs, Plan] | None = None
        self.attempt = Attempt()
        self.heads: tuple[ChainHead, ...] = ()

    def execute(self, confirm: Callable[[Plan], bool]) -> Applied:
        planned = self._plan()
        if not planned.differs and not planned.blocked:
            # An earlier run may have lost its connection before it could refresh them.
            behind = database.views_behind(self.connection)
            self._settle(planned)
            return Applied(planned, warnings=self._refresh() if behind else ())
        self._require_applyable(planned)
        if not confirm(planned):
            return Applied(planned)
        try:
            self._write_with_retries(planned)
            unneeded = self.request.force and not self.forced
            remarks = ("nothing had to be forced",) if unneeded else ()
            return self._applied(planned, (*remarks, *self._refresh()))
        except psycopg.Error as error:
            return self._after_error(planned, error)
        except ReconcilerError as error:
            self.log.failed(self.connection, planned, error)
            raise
        except KeyboardInterrupt:
            return self._after_interrupt(planned)

    def rehearse(self) -> Plan:
        with self._reading():
            self._require_safe()
            planned = self._plan_now()
        if not planned.applyable:
            return planned
        try:
            self._write_with_retries(planned, commit=False)
        except psycopg.Error as error:
            failure = explained_on(self.connection, error)
            raise ReconcilerError(
                f"the rehearsal failed: {failure.message}",
                f"{failure.hint} Nothing was written, as an apply would write nothing.",
            ) from None
        return planned

    def _plan(self) -> Plan:
        """Return the plan as it is now; one that was expected must be that plan."""
        planned = self.request.expected
        try:
            with self._reading():
                self._require_safe()
                planned = self._plan_now()
                self._require_expected(planned)
        except RefusedPlanError as refusal:
            self.log.failed(self.connection, planned, refusal)
            raise
        return planned

    def _plan_now(self) -> Plan:
        """Return the plan in the open transaction, with all read anew that may be otherwise."""
        prepared = up_to_date(self.connection, self.prepared)
        if prepared is not self.prepared:
            self.prepared, self.head, self.planned = prepared, comparable(prepared.head), None
        known = self.planned[0] if self.planned else None
        inputs = inputs_on(self.connection, self.prepared, known)
        if self.planned is None or not inputs.same_as(self.planned[0]):
            self.planned = inputs, make_plan(inputs)
        return self.planned[1]

    def _require_expected(self, planned: Plan) -> None:
        expected, wanted = self.request.expected, self.request.plan
        if expected is None:
            return
        follow = self.request.follow_branch
        if refusal := why_refused(self.connection, wanted, expected, planned, follow=follow):
            raise refusal

    def _require_safe(self) -> None:
        require_safe(self.connection, trusted=self.request.trusted)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Read one moment, and say who keeps it from being read."""
        try:
            with reading(self.connection, self.request.lock_timeout_seconds):
                wait_for_commits(self.connection)
                yield
        except errors.LockNotAvailable as error:
            raise explained_on(self.connection, error) from None

    def _require_applyable(self, planned: Plan) -> None:
        refusal = self._refusal(planned, self.request.clock())
        if refusal is not None:
            self.log.failed(self.connection, planned, refusal)
            raise refusal

    def _refusal(self, planned: Plan, at: datetime) -> BlockedError | None:
        """Return why the plan may not be applied at a moment, or note what is forced."""
        reasons = (*planned.blocked, *closed_windows(planned, at))
        if reasons and not self._may_force(reasons):
            told = "; ".join(reason.message for reason in reasons)
            return BlockedError(
                f"the plan is blocked: {told}", _how_to_go_on(reasons, self.request.force), planned
            )
        if self.head.revision.dirty and not self.request.allow_dirty:
            return BlockedError(
                "the desired state is not committed, so the audit log could not name it",
                "Commit it, name a commit with --ref, or pass --allow-dirty.",
            )
        why = self.request.force if reasons else None
        self.forced = Forced(why, ReasonsBySubject(reasons)) if why else None
        return None

    def _may_force(self, reasons: tuple[BlockedReason, ...]) -> bool:
        return bool(self.request.force) and all(reason.forceable for reason in reasons)

    def _write_with_retries(self, planned: Plan, *, commit: bool = True) -> None:
        """Write, and do so anew, reading all again, where other sessions were in the way."""
        attempts = Retrying(
            retry=retry_if_exception_type(_PASSING),
            stop=stop_after_attempt(_MOST_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            reraise=True,
        )
        attempts(self._write, planned, commit=commit)

    def _write(self, planned: Plan, *, commit: bool) -> None:
        """Lock, read again, and write, in one transaction: the plan exactly, or nothing."""
        self.attempt = attempt = Attempt()
        with writing(self.connection, commit=commit):
            attempt.session = session_of(self.connection)
            notice_lost_clients(self.connection)
            writer.take_lock(self.connection, self.request.lock_timeout_seconds)
            self._require_safe()
            under_lock = self._plan_now()
            if under_lock.plan_id != planned.plan_id:
                raise StalePlanError(
                    "the database changed between the plan and its application",
                    PLAN_AGAIN,
                    under_lock,
                    what_moved(self.connection, planned, under_lock),
                )
            # The branch may have moved, or a window closed, while this run waited for its turn.
            self._require_expected(under_lock)
            if commit and (refusal := self._refusal(planned, self.request.clock())):
                raise refusal
            run = self.log.applied(planned, self.forced)
            attempt.transaction = writer.record_run(self.connection, run)
            writer.write_changes(
                self.connection,
                run,
                staged_changes(planned, self.head, self.log.id, self.forced),
                staged_records(planned, self.head, self.prepared.records),
            )
            settle(self.connection, self.prepared)
            touched = {change.site_id for change in planned.changes}
            self.heads = tuple(chain_heads(self.connection, touched))
            # Until here a table that was not written yet could be altered; from here on none can.
            self._require_safe()
            attempt.committing = commit

    def _applied(self, planned: Plan, warnings: tuple[str, ...]) -> Applied:
        self.request.when_applied()
        return Applied(planned, self.log.id, warnings, self.heads)

    def _after_error(self, planned: Plan, error: psycopg.Error) -> Applied:
        """Find out what became of the transaction, and raise unless it was committed after all."""
        close_if_busy(self.connection)
        failure = explained_on(self.connection, error)
        if not self.connection.closed:
            self.log.failed(self.connection, planned, failure)
            raise failure from None
        if self._was_committed():
            return self._applied(planned, self._refresh())
        self._record_elsewhere(planned, failure)
        raise failure from None

    def _after_interrupt(self, planned: Plan) -> Applied:
        close_if_busy(self.connection)
        if self._was_committed():
            return self._applied(planned, ("applied, and interrupted only when it was committed",))
        if self.connection.closed:
            self._record_elsewhere(planned, INTERRUPTED)
        else:
            self.log.failed(self.connection, planned, INTERRUPTED)
        raise KeyboardInterrupt

    def _was_committed(self) -> bool:
        timeout = self.request.outcome_timeout_seconds
        return was_committed(self.open_database, self.log.id, self.attempt, timeout)

    def _record_elsewhere(self, planned: Plan, failure: ReconcilerError | str) -> None:
        """Record a failure over another connection, once the lost one's process has ended."""
        try:
            with self.open_database() as connection:
                end_what_is_left(connection, self.attempt)
                self.log.failed(connection, planned, failure)
        except (psycopg.Error, ReconcilerError):
            return

    def _settle(self, planned: Plan) -> None:
        """Note what a plan with nothing to do has found, if that is new; else a later run will."""
        if not may_settle(self.prepared) or is_settled(self.connection, self.prepared):
            return
        with suppress(psycopg.Error, ReconcilerError), writing(self.connection):
            writer.take_lock(self.connection, _SHORT_WAIT_SECONDS)
            if self._plan_now().plan_id == planned.plan_id:
                settle(self.connection, self.prepared)

    def _refresh(self) -> tuple[str, ...]:
        try:
            if self.connection.closed:
                with self.open_database() as connection:
                    writer.refresh_views(connection)
            else:
                writer.refresh_views(self.connection)
        except (psycopg.Error, ReconcilerError) as error:
            problem = explained(error).message if isinstance(error, psycopg.Error) else str(error)
            return (f"the reporting views could not be refreshed: {problem}",)
        return ()


def _how_to_go_on(reasons: tuple[BlockedReason, ...], force: str | None) -> str:
    if all(reason.forceable for reason in reasons):
        return 'Look at what it says; --force "<reason>" applies it, and the reason is audited.'
    if force and any(reason.forceable for reason in reasons):
        fixed = sum(not reason.forceable for reason in reasons)
        return f"{fixed} of these cannot be forced; nothing was written."
    return "The plan says what is missing; nothing was written."
