"""SIGINT and SIGTERM during apply: everything was written or nothing, and the exit says which."""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import Connection, connect
from tests.cli.conftest import Ran
from tests.support.installation import (
    CORK_ERP,
    PROFILE,
    Installation,
    erp_file,
    profile_file,
)
from tests.support.program import ended, start

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))"
GATE = "SELECT pg_advisory_xact_lock(7303)"
AT_THE_GATE = """
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(7303); RETURN NULL; END $$;
CREATE {kind}TRIGGER gate AFTER INSERT ON {table} {when}
    FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()
"""
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'reconciler' AND wait_event_type = 'Lock'"
)
# A pooler keeps a session that is idle, and holds nothing, for the next client.
TRANSACTIONS = (
    "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'reconciler' AND state <> 'idle'"
)
REFRESH = "REFRESH MATERIALIZED VIEW v_site_config_status"
CODES = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}
Moment = Callable[[Installation], AbstractContextManager[Connection]]

each_signal = pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture
def pending(installation: Installation) -> Installation:
    """An installation with one merged change that was not applied yet."""
    installation.commit("Sync slower", {CORK_ERP: erp_file("cork", interval=90)})
    return installation


def everything_but_runs(installation: Installation) -> dict[str, Any]:
    return installation.digest(leaving_out=("reconcile_runs",))


@contextlib.contextmanager
def holding(installation: Installation, statement: str) -> Iterator[Connection]:
    """Hold what a statement locks, on a session that is not taken for the program's."""
    with psycopg.connect(installation.owner_url, application_name="holder") as holder:
        holder.execute(statement.encode())
        yield holder


def apply_that_waits(installation: Installation) -> subprocess.Popen[str]:
    """Start an apply and return it once it waits for a lock."""
    applying = start(installation, "apply", "--yes")
    with connect(make_conninfo(installation.owner_url, application_name="observer")) as observer:
        while observer.execute(WAITING).fetchone() != (1,):
            assert applying.poll() is None, applying.communicate()
            time.sleep(0.005)
    return applying


def before_the_plan(installation: Installation) -> AbstractContextManager[Connection]:
    return holding(installation, "LOCK TABLE site_extension_configs IN ACCESS EXCLUSIVE MODE")


def waiting_for_the_lock(installation: Installation) -> AbstractContextManager[Connection]:
    return holding(installation, LOCK)


def in_the_middle_of_writing(installation: Installation) -> AbstractContextManager[Connection]:
    installation.rows(AT_THE_GATE.format(table="configuration_snapshots", kind="", when=""))
    return holding(installation, GATE)


def in_the_commit(installation: Installation) -> AbstractContextManager[Connection]:
    installation.rows(
        AT_THE_GATE.format(
            table="configuration_snapshots",
            kind="CONSTRAINT ",
            when="DEFERRABLE INITIALLY DEFERRED",
        )
    )
    return holding(installation, GATE)


def require_untouched(ran: Ran, sent: signal.Signals) -> None:
    """The program ended by the signal and said that nothing was written."""
    code, word = CODES[sent]
    assert ran.code == code, ran.err
    assert re.search(rf"{word}.*nothing was (half-)?written", ran.err, re.DOTALL), ran.err
    assert "Applied" not in ran.err
    assert "Traceback" not in ran.err


def require_applied(ran: Ran, installation: Installation) -> None:
    """The program ended well, said so, and it is so."""
    assert ran.code == 0, ran.err
    assert "Applied in one transaction" in ran.err
    assert "Traceback" not in ran.err
    assert not installation.plan().differs


def require_no_transaction_left(installation: Installation) -> None:
    give_up = time.monotonic() + 5
    with connect(make_conninfo(installation.owner_url, application_name="observer")) as observer:
        while left := observer.execute(TRANSACTIONS).fetchall():
            assert time.monotonic() < give_up, left
            time.sleep(0.02)


@each_signal
@pytest.mark.parametrize(
    ("moment", "recorded"),
    [
        (before_the_plan, False),
        (waiting_for_the_lock, True),
        (in_the_middle_of_writing, True),
        (in_the_commit, True),
    ],
)
def test_an_apply_that_is_stopped_before_its_end_writes_nothing_and_says_so(
    pending: Installation,
    moment: Moment,
    recorded: bool,
    sent: signal.Signals,
) -> None:
    before = everything_but_runs(pending)
    runs = pending.rows("SELECT id FROM reconcile_runs")
    with moment(pending):
        applying = apply_that_waits(pending)
        applying.send_signal(sent)
        stopped = ended(applying)
        require_no_transaction_left(pending)
    require_untouched(stopped, sent)
    assert everything_but_runs(pending) == before
    failed = pending.rows(
        "SELECT status, message FROM reconcile_runs WHERE id <> ALL (%s)",
        [[run[0] for run in runs]],
    )
    assert [status for status, _ in failed] == ["failed"] * recorded
    assert all(re.search("interrupted|terminated", message) for _, message in failed)
    assert pending.apply().run_id is not None, "the next run converges"


@each_signal
def test_an_apply_that_is_stopped_after_its_commit_is_applied_and_says_so(
    pending: Installation, sent: signal.Signals
) -> None:
    with holding(pending, REFRESH):
        applying = apply_that_waits(pending)
        applying.send_signal(sent)
        time.sleep(0.1)
    stopped = ended(applying)
    require_applied(stopped, pending)
    require_no_transaction_left(pending)


@each_signal
def test_an_apply_that_is_stopped_while_it_says_what_it_did_says_it_to_the_end(
    pending: Installation, sent: signal.Signals
) -> None:
    """It says more than the pipe takes, and nobody reads on until the signal was sent."""
    pending.commit("Refresh faster", {PROFILE: profile_file(refresh=7)})
    applying = start(pending, "apply", "--yes", "--json")
    assert applying.stdout is not None
    fcntl.fcntl(applying.stdout, fcntl.F_SETPIPE_SZ, 4096)
    while pending.rows("SELECT count(*) FROM reconcile_runs") != [(2,)]:
        assert applying.poll() is None
        time.sleep(0.02)
    require_no_transaction_left(pending)
    time.sleep(0.3)
    assert applying.poll() is None, "it waits for its reader"
    applying.send_signal(sent)
    stopped = ended(applying)
    require_applied(stopped, pending)
    assert json.loads(stopped.out)["summary"]["reconfigure"] == 3


@each_signal
@pytest.mark.parametrize("moment", [waiting_for_the_lock, in_the_middle_of_writing, in_the_commit])
def test_an_apply_that_is_stopped_while_it_goes_on_is_applied_or_not_and_says_which(
    pending: Installation,
    moment: Moment,
    sent: signal.Signals,
) -> None:
    """What it waits for is released at the same moment: either may win, and nothing else."""
    before = everything_but_runs(pending)
    with moment(pending) as holder:
        applying = apply_that_waits(pending)
        holder.rollback()
        applying.send_signal(sent)
        stopped = ended(applying)
    require_no_transaction_left(pending)
    if stopped.code == 0:
        require_applied(stopped, pending)
    else:
        require_untouched(stopped, sent)
        assert everything_but_runs(pending) == before


def test_an_apply_that_is_stopped_at_any_moment_is_applied_or_not(
    pending: Installation,
) -> None:
    """Signals over the whole of a run's length, its start included, each to an apply of its own."""
    started = time.monotonic()
    assert ended(start(pending, "apply", "--yes")).code == 0
    length = time.monotonic() - started
    for number in range(10):
        sent = (signal.SIGINT, signal.SIGTERM)[number % 2]
        pending.commit("Again", {CORK_ERP: erp_file("cork", interval=200 + number)})
        before = everything_but_runs(pending)
        applying = start(pending, "apply", "--yes")
        time.sleep(length * (number + 1) / 10)
        applying.send_signal(sent)
        stopped = ended(applying)
        require_no_transaction_left(pending)
        if everything_but_runs(pending) == before:
            assert stopped.code == CODES[sent][0], stopped
        else:
            require_applied(stopped, pending)
