"""Writing a run: staged by COPY, then one statement a table, all inside the caller's transaction.

Nothing here commits. The order matters: the run's row comes first, because it is what tells
the triggers that the transaction is the reconciler's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import errors
from psycopg.types.json import Jsonb

from reconciler.database.connection import (
    Connection,
    limit_lock_waits,
    notice_lost_clients,
    writing,
)
from reconciler.database.derived_writer import write_derived
from reconciler.database.row_counts import expect_rows
from reconciler.database.snapshots import write_snapshots
from reconciler.database.sql_files import query
from reconciler.model.canonical import compact_json
from reconciler.model.derived import SiteRecords
from reconciler.model.errors import LockNotObtainedError, ReconcilerError


class RunRecord(Struct, frozen=True):
    """One row of ``reconcile_runs``. ``status`` is applied, failed or refused."""

    id: UUID
    kind: str
    status: str
    plan_id: str | None
    commit_id: str | None
    started_by: UUID | None
    message: str
    summary: dict[str, int]
    tool_version: str
    forced_reason: str | None = None

    @property
    def revision(self) -> str:
        """Where the desired state was read, for a sentence."""
        commit = f"at commit {self.commit_id}" if self.commit_id else "in a folder without a commit"
        return f"{commit} {self.message}".rstrip()


class StagedSignature(Struct, frozen=True):
    """The part of a staged change that only a signoff has."""

    aspect: str
    signed_by: UUID
    role: str
    signed_at: str
    meaning: str
    notes: str | None
    metadata: dict[str, Any]


class StagedChange(Struct, frozen=True):
    """A change as it is written: whole, with the configuration it leads to."""

    site_id: UUID
    extension_id: str
    action: str
    version: str | None
    configuration: dict[str, Any] | None
    old_config_hash: str | None
    new_config_hash: str | None
    commit_id: str | None
    changed_by: UUID
    reason: str
    details: dict[str, Any]
    signature: StagedSignature | None = None

    def row(self, ordinal: int) -> tuple[Any, ...]:
        """Return the columns of ``staged_changes``, in the order of ``apply/copy_changes``."""
        signature = self.signature
        return (
            ordinal,
            self.site_id,
            self.extension_id,
            self.action,
            self.version,
            None if self.configuration is None else compact_json(self.configuration),
            self.old_config_hash,
            self.new_config_hash,
            self.commit_id,
            self.changed_by,
            self.reason,
            compact_json(self.details),
            *(
                (
                    signature.aspect,
                    signature.signed_by,
                    signature.role,
                    signature.signed_at,
                    signature.meaning,
                    signature.notes,
                    compact_json(signature.metadata),
                )
                if signature
                else (None,) * 7
            ),
        )


def take_lock(connection: Connection, timeout_seconds: float) -> None:
    """Wait for the installation's lock and keep other writers out until the transaction ends.

    Raises:
        LockNotObtainedError: another session holds it for longer than ``timeout_seconds``.
    """
    try:
        with connection.transaction():
            give_up = monotonic() + timeout_seconds
            for statement in ("apply/lock", "apply/lock_table"):
                limit_lock_waits(connection, give_up - monotonic())
                connection.execute(query(statement))
    except errors.LockNotAvailable:
        raise LockNotObtainedError(
            f"the installation is locked by {_lock_holder(connection)}",
            "Wait until it is done, or allow more time with --lock-timeout.",
        ) from None


def _lock_holder(connection: Connection) -> str:
    row = connection.execute(query("apply/lock_holder")).fetchone()
    if row is None:
        return "another session"
    pid, user, application, address, since = row
    if since is None:  # The server shows address and time only to those who may see them.
        return f"{application or 'a session'} of {user} (process {pid})"
    return (
        f"{application or 'a session'} of {user} at {address or 'a local socket'} "
        f"(process {pid}, since {since:%Y-%m-%d %H:%M:%S %Z})"
    )


def record_run(connection: Connection, run: RunRecord) -> str:
    """Write a run's row, in the caller's transaction or in one of its own; return the transaction.

    The transaction is named as the server names it (``xid8``).
    """
    written = connection.execute(
        query("apply/record_run"),
        {
            "id": run.id,
            "kind": run.kind,
            "status": run.status,
            "plan_id": run.plan_id,
            "commit_id": run.commit_id,
            "started_by": run.started_by,
            "forced_reason": run.forced_reason,
            "message": run.message,
            "summary": Jsonb(run.summary),
            "tool_version": run.tool_version,
        },
    ).fetchone()
    if written is None:
        raise ReconcilerError("the run's row was not written", "Nothing was changed.")
    return str(written[0])


def write_changes(
    connection: Connection,
    run: RunRecord,
    changes: Iterable[StagedChange],
    sites: Sequence[SiteRecords],
) -> None:
    """Write everything a run changes; the run's row must have been written before.

    ``changes`` are taken one after the other, while the server takes those before. ``sites`` are
    the derived records of the sites that it touches or refreshes.

    Raises:
        ReconcilerError: the database did not take every change, or shows another state than the
            one wanted; the caller's transaction must be rolled back.
    """
    of_action, touched = _stage(connection, changes)
    signed = of_action["signoff"]
    by_run = {"run_id": run.id}
    enabled = connection.execute(query("apply/write_configurations"))
    expect_rows(enabled.rowcount, of_action["activate"])
    reconfigured = connection.execute(query("apply/change_configurations"))
    expect_rows(reconfigured.rowcount, of_action["reconfigure"])
    connection.execute(query("apply/delete_configurations"))
    versions = connection.execute(query("apply/write_versions"), by_run)
    expect_rows(versions.rowcount, of_action.total() - signed)
    expect_rows(connection.execute(query("apply/write_signoffs")).rowcount, signed)
    write_derived(connection, sites, run_id=run.id, revision=run.revision)
    expect_rows(connection.execute(query("apply/write_audit")).rowcount, of_action.total())
    write_snapshots(connection, touched, f"{run.kind} {run.id}", run.started_by, run.id)
    _require_no_difference(connection)


def _stage(
    connection: Connection, changes: Iterable[StagedChange]
) -> tuple[Counter[str], set[UUID]]:
    """Copy changes to the server; return how many there are of each action, and at which sites."""
    of_action: Counter[str] = Counter()
    touched: set[UUID] = set()
    connection.execute(query("apply/stage_changes"))
    with connection.cursor().copy(query("apply/copy_changes")) as copy:
        for ordinal, change in enumerate(changes):
            copy.write_row(change.row(ordinal))
            of_action[change.action] += 1
            touched.add(change.site_id)
    return of_action, touched


def _require_no_difference(connection: Connection) -> None:
    remaining = connection.execute(query("apply/remaining_differences")).fetchall()
    if remaining:
        named = ", ".join(f"{extension} at {site}" for site, extension in remaining)
        raise ReconcilerError(
            f"after writing, the database still differs: {named}",
            "Nothing was changed. Look for a trigger that alters what is written.",
        )


def refresh_views(connection: Connection) -> None:
    """Refresh the reporting views beside their readers, in a transaction of their own. Commits."""
    with writing(connection):
        notice_lost_clients(connection)
        refresh_views_within(connection)


def refresh_views_within(connection: Connection) -> None:
    """Refresh the reporting views in the caller's transaction, which the caller commits."""
    connection.execute(query("apply/refresh_views"))
