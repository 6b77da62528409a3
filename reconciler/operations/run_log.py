"""The rows of ``reconcile_runs``: one about each apply that wrote, failed or was refused."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
from msgspec import Struct, field

from reconciler import __version__
from reconciler.database import writer
from reconciler.database.connection import Connection, OpenDatabase, writing
from reconciler.model.desired import DesiredState
from reconciler.model.errors import AlteredPlanError, ReconcilerError, RefusedPlanError
from reconciler.model.plan import Plan, Scope
from reconciler.operations.staging import Forced

INTERRUPTED = "interrupted before it was committed"
UNCOMMITTED = "with changes that were not committed"


def kind_of(scope: Scope) -> str:
    """Return what a run that applies a plan of this scope is called."""
    return "apply" if scope is Scope.ALL else "drift"


class RunLog(Struct, frozen=True):
    """How one run is recorded."""

    kind: str
    head: DesiredState
    id: UUID = field(default_factory=uuid4)

    def applied(self, plan: Plan, forced: Forced | None) -> writer.RunRecord:
        """Return the record of a run that applies ``plan``; it is not written yet."""
        message = UNCOMMITTED if self.head.revision.dirty else ""
        service = self.head.service_user.id
        return self._record(plan, "applied", message, service, forced)

    def failed(
        self, connection: Connection, plan: Plan | None, error: ReconcilerError | str
    ) -> None:
        """Leave a row about a run that wrote nothing, in a transaction of its own.

        ``plan`` is None where it did not come to one. Failing to is not worth another error: the
        first is the one to be told.
        """
        refused = isinstance(error, RefusedPlanError)
        message = error if isinstance(error, str) else error.recorded
        record = self._record(plan, "refused" if refused else "failed", message, None, None)
        try:
            with writing(connection):
                writer.record_run(connection, record)
        except (psycopg.Error, ReconcilerError):
            return

    def _record(
        self,
        plan: Plan | None,
        status: str,
        message: str,
        started_by: UUID | None,
        forced: Forced | None,
    ) -> writer.RunRecord:
        return writer.RunRecord(
            id=self.id,
            kind=self.kind,
            status=status,
            plan_id=plan.plan_id if plan else None,
            commit_id=self.head.revision.commit,
            started_by=started_by,
            forced_reason=forced.reason if forced else None,
            message=message,
            summary=plan.summary.model_dump() if plan else {},
            tool_version=__version__,
        )


def record_altered_plan(open_database: OpenDatabase, error: AlteredPlanError) -> None:
    """Leave a row about a plan file that somebody altered, if the database can be reached."""
    plan = error.altered
    record = writer.RunRecord(
        id=uuid4(),
        kind=kind_of(plan.scope),
        status="refused",
        plan_id=plan.content_id(),
        commit_id=plan.desired.commit,
        started_by=None,
        message=error.recorded,
        summary=plan.summary.model_dump(),
        tool_version=__version__,
    )
    try:
        with open_database() as connection:
            writer.record_run(connection, record)
    except (psycopg.Error, ReconcilerError):
        return
