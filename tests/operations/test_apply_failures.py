"""Apply that is refused or fails: nothing is written but one row that says so."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from reconciler.database.connection import Connection, connect
from reconciler.model.errors import (
    BlockedError,
    LockNotObtainedError,
    OutcomeUnknownError,
    ReconcilerError,
    StalePlanError,
)
from reconciler.model.plan import Plan
from tests.support.installation import (
    CORK,
    CORK_ERP,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
)

REFUSING_TRIGGER = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()
"""
VERSIONS_ALLOWED = """
CREATE TABLE allowed (version varchar(20) PRIMARY KEY);
ALTER TABLE site_extension_configs ADD CONSTRAINT version_allowed FOREIGN KEY (version)
    REFERENCES allowed (version) DEFERRABLE INITIALLY DEFERRED NOT VALID
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))"


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one merged change that was not applied yet."""
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    return installation


def trigger(table: str, body: str) -> str:
    return REFUSING_TRIGGER.format(table=table, body=body)


def keep_open(
    connection: Connection,
) -> Callable[[], contextlib.AbstractContextManager[Connection]]:
    """Return an opener of one connection that outlives the apply."""
    return lambda: contextlib.nullcontext(connection)


@contextlib.contextmanager
def leaves_only_a_run(installation: Installation, status: str) -> Iterator[None]:
    """Nothing may change in the database but for one more row in ``reconcile_runs``."""
    before = installation.digest(leaving_out=("reconcile_runs",))
    known = {run for (run,) in installation.rows("SELECT id FROM reconcile_runs")}
    yield
    assert installation.digest(leaving_out=("reconcile_runs",)) == before
    runs = installation.rows("SELECT id, status, message <> '' FROM reconcile_runs")
    assert [run[1:] for run in runs if run[0] not in known] == [(status, True)]


def edit_cork(installation: Installation) -> None:
    installation.edit(
        "UPDATE site_extension_configs "
        "SET configuration = configuration || '{\"syncInterval\": 7}' "
        "WHERE site_id = %s AND extension_id = 'erp-adapter'",
        [CORK],
    )


def test_a_dirty_working_tree_is_refused(pending: Installation) -> None:
    pending.write(CORK_ERP, erp_file("cork", interval=120))
    with (
        leaves_only_a_run(pending, "refused"),
        pytest.raises(BlockedError, match="not committed") as raised,
    ):
        pending.apply()
    assert raised.value.exit_code == 3


def test_a_dirty_working_tree_is_applied_when_that_is_allowed(pending: Installation) -> None:
    pending.write(CORK_ERP, erp_file("cork", interval=120))
    pending.apply(apply_options={"allow_dirty": True})
    assert pending.rows(
        "SELECT count(*) FROM site_extension_configs "
        "WHERE configuration @> '{\"syncInterval\": 120}'"
    ) == [(1,)]


def test_exactly_the_plan_that_was_reviewed_is_applied(pending: Installation) -> None:
    reviewed = pending.plan()
    done = pending.apply(apply_options={"expected": reviewed})
    assert done.plan.plan_id == reviewed.plan_id
    assert done.run_id is not None


def test_a_reviewed_plan_is_refused_when_the_desired_state_moved_on(
    pending: Installation,
) -> None:
    reviewed = pending.plan()
    pending.commit("Sync even slower", {CORK_ERP: erp_file("cork", interval=120)})
    with leaves_only_a_run(pending, "refused"), pytest.raises(StalePlanError) as raised:
        pending.apply(apply_options={"expected": reviewed})
    assert raised.value.exit_code == 4


def test_a_reviewed_plan_is_refused_when_a_live_row_moved(pending: Installation) -> None:
    reviewed = pending.plan()
    edit_cork(pending)
    with leaves_only_a_run(pending, "refused"), pytest.raises(StalePlanError):
        pending.apply(apply_options={"expected": reviewed})


def test_a_reviewed_plan_is_refused_the_second_time(pending: Installation) -> None:
    reviewed = pending.plan()
    pending.apply(apply_options={"expected": reviewed})
    with leaves_only_a_run(pending, "refused"), pytest.raises(StalePlanError):
        pending.apply(apply_options={"expected": reviewed})


def test_a_row_that_moves_between_plan_and_lock_makes_the_plan_stale(
    pending: Installation,
) -> None:
    digests: list[dict[str, Any]] = []

    def confirm(_plan: Plan) -> bool:
        edit_cork(pending)
        digests.append(pending.digest(leaving_out=("reconcile_runs",)))
        return True

    with pytest.raises(StalePlanError, match="changed between the plan and its application"):
        pending.apply(confirm=confirm)
    assert pending.digest(leaving_out=("reconcile_runs",)) == digests[0]
    assert pending.rows("SELECT status FROM reconcile_runs ORDER BY recorded_at") == [
        ("applied",),
        ("refused",),
    ]


@pytest.mark.parametrize(
    "held",
    [LOCK, "UPDATE site_extension_configs SET updated_at = now()"],
    ids=["another-run", "an-open-edit"],
)
def test_a_lock_that_is_not_obtained_in_time_names_who_holds_it(
    pending: Installation, held: str
) -> None:
    holder_url = make_conninfo(pending.owner_url, application_name="night-batch")
    with connect(holder_url) as holder, leaves_only_a_run(pending, "failed"):
        holder.execute("BEGIN")
        holder.execute(held.encode())
        started = time.monotonic()
        with pytest.raises(LockNotObtainedError) as raised:
            pending.apply(apply_options={"lock_timeout_seconds": 0.2})
        waited = time.monotonic() - started
        holder.execute("ROLLBACK")
        assert f"process {holder.info.backend_pid}" in raised.value.message
    assert "night-batch" in raised.value.message
    assert 0.2 <= waited < 2
    assert raised.value.exit_code == 5


def test_a_lock_that_is_released_in_time_is_waited_for(pending: Installation) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with pending.connection() as holder, ThreadPoolExecutor(1) as background:
        holder.execute("BEGIN")
        holder.execute(LOCK)
        running = background.submit(pending.apply)
        while pending.rows(waiting) != [(1,)]:
            time.sleep(0.005)
        holder.execute("COMMIT")
        assert running.result(20).run_id is not None


@pytest.mark.parametrize(
    "table",
    [
        "site_extension_configs",
        "site_extension_config_versions",
        "configuration_audit_log",
        "configuration_snapshots",
    ],
)
def test_a_trigger_that_fails_rolls_everything_back_and_leaves_the_connection_usable(
    pending: Installation, table: str
) -> None:
    pending.rows(trigger(table, "RAISE EXCEPTION 'no changes on Fridays';"))
    with pending.service() as connection:
        with (
            leaves_only_a_run(pending, "failed"),
            pytest.raises(ReconcilerError, match="no changes on Fridays") as raised,
        ):
            pending.apply(open_database=keep_open(connection))
        assert connection.info.transaction_status is TransactionStatus.IDLE
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert raised.value.hint == "A trigger in the database refused the change."


def test_a_trigger_that_swallows_rows_is_noticed(pending: Installation) -> None:
    pending.rows(trigger("configuration_audit_log", "RETURN NULL;"))
    with (
        leaves_only_a_run(pending, "failed"),
        pytest.raises(ReconcilerError, match="took 0 rows where 1 were to be written"),
    ):
        pending.apply()


def test_a_trigger_that_alters_what_is_written_is_noticed(pending: Installation) -> None:
    body = "NEW.configuration := NEW.configuration || '{\"syncInterval\": 1}'; RETURN NEW;"
    pending.rows(trigger("site_extension_configs", body))
    with (
        leaves_only_a_run(pending, "failed"),
        pytest.raises(ReconcilerError, match="the database still differs: erp-adapter at"),
    ):
        pending.apply()


def test_a_deferred_constraint_violated_at_commit_rolls_everything_back(
    pending: Installation,
) -> None:
    pending.rows(VERSIONS_ALLOWED)
    pending.commit("Upgrade", {CORK_ERP: erp_file("cork", version="3.1.0")})
    with pending.service() as connection:
        with (
            leaves_only_a_run(pending, "failed"),
            pytest.raises(ReconcilerError, match="version_allowed") as raised,
        ):
            pending.apply(open_database=keep_open(connection))
        assert connection.info.transaction_status is TransactionStatus.IDLE
    assert "(version)=(3.1.0)" not in raised.value.message, "the detail quotes the row"


def test_a_read_only_server_is_planned_against_and_refuses_the_apply_untouched(
    pending: Installation,
) -> None:
    before = pending.digest()
    read_only = make_conninfo(pending.url, options="-c default_transaction_read_only=on")
    with (
        connect(read_only) as connection,
        pytest.raises(ReconcilerError, match="read-only") as raised,
    ):
        pending.apply(open_database=keep_open(connection))
    assert pending.digest() == before
    assert "default_transaction_read_only is on" in raised.value.message


def test_a_statement_that_takes_too_long_rolls_everything_back(pending: Installation) -> None:
    pending.rows(trigger("configuration_snapshots", "PERFORM pg_sleep(30); RETURN NEW;"))
    hurried = make_conninfo(pending.url, options="-c statement_timeout=300ms")
    with connect(hurried) as connection:
        with (
            leaves_only_a_run(pending, "failed"),
            pytest.raises(ReconcilerError, match="statement timeout"),
        ):
            pending.apply(open_database=keep_open(connection))
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_lost_in_the_middle_leaves_nothing_and_says_so(
    pending: Installation,
) -> None:
    ending = "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;"
    pending.rows(trigger("configuration_snapshots", ending))
    with leaves_only_a_run(pending, "failed"), pytest.raises(ReconcilerError) as raised:
        pending.apply()
    assert "terminating connection" in raised.value.message
    assert str(raised.value.hint).endswith("The connection was lost; nothing was half-written.")
    pending.rows("DROP TRIGGER refuse ON configuration_snapshots")
    assert pending.apply().run_id is not None, "the next run converges"


def test_a_connection_lost_while_the_plan_was_being_confirmed_leaves_nothing(
    pending: Installation,
) -> None:
    def confirm(_plan: Plan) -> bool:
        pending.rows(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return True

    with (
        leaves_only_a_run(pending, "failed"),
        pytest.raises(ReconcilerError, match=r"terminating connection|closed"),
    ):
        pending.apply(confirm=confirm)


class AnswerLost(psycopg.Connection[Any]):
    """Loses the connection when the answer to COMMIT should come."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        answer = super().execute(query, params, **options)
        if query == "COMMIT":
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answer


def test_a_connection_lost_before_commit_is_no_doubt_even_where_the_server_is_gone(
    pending: Installation,
) -> None:
    terminate = "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;"
    pending.rows(trigger("configuration_snapshots", terminate))
    with pending.service() as connection, pytest.raises(ReconcilerError) as raised:
        pending.apply(open_database=once(connection))
    assert raised.value.exit_code == 1


def test_the_outcome_is_unknown_when_the_server_cannot_be_asked_about_a_commit(
    pending: Installation,
) -> None:
    with (
        AnswerLost.connect(pending.url, autocommit=True) as connection,
        pytest.raises(OutcomeUnknownError, match="what became of run") as raised,
    ):
        pending.apply(
            open_database=once(connection), apply_options={"outcome_timeout_seconds": 0.2}
        )
    assert raised.value.exit_code == 6


def once(connection: Connection) -> Callable[[], contextlib.AbstractContextManager[Connection]]:
    """Return an opener that has this connection, and then none."""
    openers = iter([keep_open(connection)])

    def open_once() -> contextlib.AbstractContextManager[Connection]:
        try:
            return next(openers)()
        except StopIteration:
            raise ReconcilerError("cannot connect to PostgreSQL") from None

    return open_once


def test_a_commit_whose_answer_was_lost_is_found_to_have_been_applied(
    pending: Installation,
) -> None:
    with AnswerLost.connect(pending.url, autocommit=True) as connection:
        openers = iter([keep_open(connection)])

        def open_database() -> contextlib.AbstractContextManager[Connection]:
            return next(openers, pending.service)()

        done = pending.apply(open_database=open_database)
    assert pending.rows("SELECT status FROM reconcile_runs WHERE id = %s", [done.run_id]) == [
        ("applied",)
    ]
    assert done.warnings == ()
    assert pending.plan().changes == ()


def test_an_apply_that_failed_converges_when_its_cause_is_gone(pending: Installation) -> None:
    pending.commit("Refresh faster", {PROFILE: profile_file(refresh=10)})
    pending.rows(trigger("configuration_audit_log", "RAISE EXCEPTION 'not now';"))
    with pytest.raises(ReconcilerError, match="not now"):
        pending.apply()
    pending.rows("DROP TRIGGER refuse ON configuration_audit_log")
    assert pending.apply().plan.summary.reconfigure == 3
    assert pending.plan().changes == ()


class Interrupted(psycopg.Connection[Any]):
    """As where Ctrl-C comes between sending COMMIT and waiting for the answer."""

    def execute(self, query: Any, *arguments: Any, **more: Any) -> Any:
        if query == "COMMIT":
            self.pgconn.send_query(b"COMMIT")
            raise KeyboardInterrupt
        return super().execute(query, *arguments, **more)


def test_an_interrupt_that_comes_once_commit_was_sent_is_no_failure(pending: Installation) -> None:
    done = pending.apply(open_database=lambda: Interrupted.connect(pending.url, autocommit=True))

    assert done.warnings == ("applied, and interrupted only when it was committed",)
    assert pending.rows("SELECT status FROM reconcile_runs WHERE id = %s", [done.run_id]) == [
        ("applied",)
    ]
    assert not pending.plan().differs
