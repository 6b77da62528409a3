"""Applying: the same plan, and one transaction that writes it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from reconciler import __version__
from reconciler.database import writer
from reconciler.database.connection import Connection, explained, reading
from reconciler.model.change import Action, Change
from reconciler.model.desired import DesiredState
from reconciler.model.errors import (
    BlockedError,
    OutcomeUnknownError,
    ReconcilerError,
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
from reconciler.rules.compliance import requirements

DEFAULT_LOCK_TIMEOUT_SECONDS = 30.0


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
    prepared = prepare(request.plan)
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
        if not planned.changes and not planned.blocked:
            return Applied(planned)
        self._require_applyable(planned)
        if not confirm(planned):
            return Applied(planned)
        try:
            self._write(planned)
        except psycopg.Error as error:
            self._resolve(planned, error)
        except ReconcilerError as error:
            self._record_failure(planned, error)
            raise
        return Applied(planned, self.id, self._refresh())

    def _require_expected(self, planned: Plan, expected: Plan) -> None:
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
                    "the plan is blocked: " + "; ".join(planned.blocked),
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

    def _refused(self, planned: Plan, error: ReconcilerError) -> ReconcilerError:
        self._record(self.connection, planned, "refused", error.message)
        return error

    def _write(self, planned: Plan) -> None:
        """Lock, read again, and write, in one transaction: the plan exactly, or nothing."""
        with self.connection.transaction():
            writer.take_lock(self.connection, self.request.lock_timeout_seconds)
            under_lock = plan_on(self.connection, self.prepared)
            if under_lock.plan_id != planned.plan_id:
                raise StalePlanError(
                    "the database changed between the plan and its application",
                    "Plan again; nothing was written.",
                )
            run = self._record(self.connection, planned, "applied", "")
            staged = [self._staged(change, planned) for change in planned.changes]
            writer.write_changes(self.connection, run, staged, self._requirements(planned))

    def _resolve(self, planned: Plan, error: psycopg.Error) -> None:
        """Find out what became of the transaction, and raise unless it was committed after all."""
        if not self.connection.closed:
            self._record_failure(planned, explained(error))
            raise explained(error) from None
        try:
            with self.open_database() as connection:
                if writer.was_recorded(connection, self.id):
                    return
                failure = explained(error)
                self._record(connection, planned, "failed", failure.message)
        except (psycopg.Error, ReconcilerError):
            raise OutcomeUnknownError(
                "the connection was lost and the server cannot be reached to say what became of "
                f"run {self.id}",
                "Apply again once the server answers: it does only what is left to do.",
            ) from None
        raise failure from None

    def _record_failure(self, planned: Plan, error: ReconcilerError) -> None:
        """Leave a row about a run that wrote nothing; failing to is not worth another error."""
        status = "refused" if isinstance(error, StalePlanError) else "failed"
        try:
            self._record(self.connection, planned, status, error.message)
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

    def _staged(self, change: Change, planned: Plan) -> writer.StagedChange:
        desired = self.head.configurations.get(change.key)
        keeps = change.action is not Action.DEACTIVATE and desired is not None
        return writer.StagedChange(
            site_id=change.site_id,
            extension_id=change.extension,
            action=change.action.value,
            version=change.new_version,
            configuration=desired.configuration if keeps and desired else None,
            old_config_hash=change.old_hash,
            new_config_hash=change.new_hash,
            commit_id=change.commit,
            changed_by=self.head.users[change.changed_by].id,
            reason=change.reason or "no reason given",
            details=audit_details(change, planned, self.id),
            signature=self._staged_signature(change),
        )

    def _staged_signature(self, change: Change) -> writer.StagedSignature | None:
        signature = change.signature
        if signature is None:
            return None
        return writer.StagedSignature(
            aspect=signature.aspect,
            signed_by=self.head.users[signature.signed_by].id,
            role=signature.role,
            signed_at=signature.signed_at,
            notes=signature.notes,
            metadata={"meaning": signature.meaning, "commit": change.commit, "runId": str(self.id)},
        )

    def _requirements(self, planned: Plan) -> Iterator[writer.StagedRequirement]:
        """Yield what the touched sites' desired configurations ask signatures for."""
        touched = {change.site_id for change in planned.changes}
        for configuration in self.head.configurations.values():
            if configuration.site.id not in touched:
                continue
            for required in requirements(configuration, self.head.catalog):
                yield writer.StagedRequirement(
                    site_id=configuration.site.id,
                    extension_id=configuration.extension,
                    aspect=required.aspect,
                    role=required.role,
                    enforced=required.enforced,
                )

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


def audit_details(change: Change, planned: Plan, run_id: UUID) -> dict[str, Any]:
    """Return what an audit row says beside its columns; secrets are replaced already."""
    details: dict[str, Any] = {
        "origin": change.origin.value,
        "commit": change.commit,
        "author": {"name": change.author, "email": change.author_email},
        "planId": planned.plan_id,
        "runId": str(run_id),
        "path": change.path,
        "oldVersion": change.old_version,
        "newVersion": change.new_version,
        "differences": [entry.model_dump(mode="json") for entry in change.differences],
    }
    if change.drift:
        details["drift"] = change.drift.model_dump(mode="json")
    if change.signature:
        details["signature"] = change.signature.model_dump(mode="json")
    return details
