"""One installation with a change that waits to be applied, and its tables before and after that.

Every attempt starts from the same rows, in the same database, so that the same plan is made and
what two attempts leave can be compared.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

import psycopg

from reconciler.database.connection import Connection, connect
from reconciler.model.errors import ReconcilerError
from reconciler.model.plan import Plan
from reconciler.operations.apply import ApplyRequest, apply_prepared
from reconciler.operations.preparing import PreparedRequest, prepare
from tests.support.content import Content, ContentReader, Remembered
from tests.support.fault_proxy import FaultProxy
from tests.support.frontend_messages import Message
from tests.support.installation import (
    CORK_ERP,
    DAYTON_ERP,
    Installation,
    erp_file,
    sign_everything,
)

CHANGES = 3
"""What waits: Cork's ERP adapter reconfigured, Dayton's removed, Bremen's e-signature signed."""

_PATIENCE_SECONDS = 30
_SOON_SECONDS = 2
_OTHER_SESSIONS = """
SELECT {} FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_BATCHES = """
SELECT count(*) FROM public.configuration_audit_log AS entry
WHERE NOT EXISTS (SELECT FROM remembered.configuration_audit_log AS old WHERE old.id = entry.id)
GROUP BY details ->> 'run_id'
"""
_NEW_RUNS = """
SELECT status FROM public.reconcile_runs AS run
WHERE NOT EXISTS (SELECT FROM remembered.reconcile_runs AS old WHERE old.id = run.id)
ORDER BY status
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What an apply said of itself: an exit code, and why it failed if it did."""

    code: int
    why: str = ""


@dataclass
class Ground:
    """Where attempts are made; ``watch`` is a session of one's own that no fault touches."""

    installation: Installation
    watch: Connection
    prepared: PreparedRequest
    before: Content = field(init=False)
    after: Content = field(init=False)
    messages: Sequence[Message] = field(init=False)

    def __post_init__(self) -> None:
        """Remember the rows as they are, and learn what an untouched apply says and leaves."""
        self._reader = ContentReader(self.watch)
        self._remembered = Remembered(self.watch)
        self.before = self.content()
        with FaultProxy(self.installation.url) as proxy:
            assert self.apply(proxy.url) == Said(0)
        self.messages = proxy.messages
        self.after = self.content()
        self.restore()

    def content(self) -> Content:
        """Return what all tables say now."""
        return self._reader.read(self.watch)

    def restore(self) -> None:
        """Make all tables what they were before anything was applied."""
        self._remembered.restore(self.watch)

    def apply(
        self, url: str, prepared: PreparedRequest | None = None, expected: Plan | None = None
    ) -> Said:
        """Apply what waits, or what was prepared, over ``url``, as the command line does."""
        wanted = prepared or self.prepared
        request = ApplyRequest(wanted.request, expected)
        try:
            done = apply_prepared(request, wanted, lambda: connect(url), lambda _: True)
        except ReconcilerError as error:
            return Said(error.exit_code, error.recorded)
        except psycopg.Error as error:
            return Said(1, str(error))
        return Said(0, "" if done.run_id else "nothing to do")

    def commit_at(self) -> int:
        """Return which message of an untouched apply is the COMMIT of what it writes."""
        numbered = list(enumerate(self.messages, 1))
        run = next(at for at, each in numbered if "INSERT INTO reconcile_runs" in each.sql)
        return next(at for at, each in numbered if at > run and each.sql == "COMMIT")

    def end_sessions(self) -> None:
        """End every session of the database but the watcher's, and wait for it."""
        self.watch.execute(_OTHER_SESSIONS.format("pg_terminate_backend(pid, 5000)").encode())

    def sessions(self) -> int:
        """Return how many sessions the database has beside the watcher's.

        A server process takes a moment to end, and so none is counted that is gone soon.
        """
        deadline = monotonic() + _SOON_SECONDS
        while left := int(self._numbers(_OTHER_SESSIONS.format("count(*)"))[0]):
            if monotonic() > deadline:
                break
            sleep(0.01)
        return left

    def batches(self) -> list[int]:
        """Return the sizes of the audit batches, a run each, that were added."""
        return self._numbers(_BATCHES)

    def new_runs(self) -> list[str]:
        """Return how the runs ended that were added, in order of the word."""
        return [status for (status,) in self.watch.execute(_NEW_RUNS.encode())]

    def await_commit(self) -> None:
        """Wait until an attempt's transaction is committed."""
        deadline = monotonic() + _PATIENCE_SECONDS
        while "applied" not in self.new_runs():
            if monotonic() > deadline:
                raise TimeoutError("no run was committed")

    def side(self) -> str:
        """Return which of the two the tables are, or in which tables they are neither."""
        now = self.content()
        if now == self.before:
            return "before"
        if now == self.after:
            return "after"
        third = [name for name in now if now[name] not in (self.before[name], self.after[name])]
        return f"neither before nor after: {', '.join(third) or 'a mixture of both'}"

    def _numbers(self, statement: str) -> list[int]:
        return [number for (number,) in self.watch.execute(statement.encode())]


def await_change(installation: Installation) -> None:
    """Apply what is there, and commit the change that waits."""
    installation.apply()
    sign_everything(installation)
    installation.commit(
        "Sync Cork slower, and take the ERP from Dayton",
        {CORK_ERP: erp_file("cork", interval=90), DAYTON_ERP: None},
    )


@contextlib.contextmanager
def ground_of(installation: Installation) -> Iterator[Ground]:
    """Yield the ground on an installation whose change waits."""
    with installation.connection() as watch:
        yield Ground(installation, watch, prepare(installation.request()))
