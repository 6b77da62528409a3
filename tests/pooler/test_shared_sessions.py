"""Clients that share the server's sessions: each has its own transaction, and ends no other's."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from reconciler.database.connection import connect
from reconciler.database.transaction_outcome import end_session, session_of
from tests.cli.conftest import Ran, clean_environment
from tests.pooler.conftest import Pooled
from tests.support.client_process import running_client
from tests.support.fault_ground import Ground, ground_of
from tests.support.fault_proxy import Fault, FaultProxy, When
from tests.support.installation import Installation
from tests.support.pooler import POOL_SIZE, NoPoolerError, pooler
from tests.support.program import ended, start

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))"
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
)
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
LONGEST_SECONDS = 30


def await_rows(installation: Installation, statement: str, wanted: int) -> None:
    deadline = monotonic() + LONGEST_SECONDS
    while installation.rows(statement) != [(wanted,)]:
        assert monotonic() < deadline, statement
        sleep(0.05)


@pytest.fixture
def ground(direct: Installation) -> Iterator[Ground]:
    """The waiting change, watched directly, its content before and after known."""
    with ground_of(direct) as made:
        yield made


Run = Callable[[FaultProxy], Ran]


@pytest.fixture
def command(direct: Installation, tmp_path: Path) -> Run:
    """Run ``reconciler apply --yes`` as a process of its own, over a proxy."""

    def ran(proxy: FaultProxy) -> Ran:
        environment = clean_environment(tmp_path, DATABASE_URL=proxy.url)
        said = tmp_path / "said"
        with running_client(["apply", "--yes"], direct.repository, environment, said) as client:
            code, out = client.ended()
        return Ran(code, out, "")

    return ran


def test_more_clients_than_sessions_are_served(
    installation: Installation, direct: Installation
) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(installation.service()) for _ in range(3 * POOL_SIZE)]
        for client in clients:
            client.execute("SELECT 1")
        (sessions,) = direct.rows(SESSIONS, [installation.login.name])[0]
    assert 1 <= sessions <= POOL_SIZE


def test_of_two_applies_at_once_one_writes_and_the_other_finds_nothing_to_do_or_a_moved_row(
    installation: Installation,
) -> None:
    both = [start(installation, "apply", "--yes") for _ in range(2)]
    done = [ended(process) for process in both]
    assert {ran.code for ran in done} <= {0, 4}, done
    assert sum("Applied in one transaction" in ran.err for ran in done) == 1, done
    applied = "SELECT count(*) FROM reconcile_runs WHERE status = 'applied'"
    assert installation.rows(applied) == [(2,)]  # The first of them is the fixture's.


def test_a_killed_client_leaves_no_transaction_and_the_next_one_applies(
    ground: Ground, installation: Installation
) -> None:
    with psycopg.connect(ground.installation.owner_url) as holder:
        holder.execute(LOCK)
        process = start(installation, "apply", "--yes")
        await_rows(ground.installation, WAITING, 1)
        process.kill()
        process.communicate()
        await_rows(ground.installation, WAITING, 0)
    assert (ground.side(), ground.new_runs()) == ("before", [])
    assert ended(start(installation, "apply", "--yes")).code == 0
    assert ground.side() == "after"


def test_a_commit_whose_answer_is_lost_is_applied(
    ground: Ground, installation: Installation, command: Run
) -> None:
    lost = Fault(ground.commit_at(), When.AFTER, act=ground.await_commit)
    with FaultProxy(installation.url, lost) as proxy:
        ran = command(proxy)
    assert (ran.code, proxy.fired, ground.side()) == (0, 1, "after"), ran
    assert ground.new_runs() == ["applied"]


def test_a_commit_that_never_arrived_is_not_applied(
    ground: Ground, installation: Installation, command: Run
) -> None:
    with FaultProxy(installation.url, Fault(ground.commit_at())) as proxy:
        ran = command(proxy)
    assert (ran.code, proxy.fired, ground.side()) == (1, 1, "before"), ran
    assert ground.new_runs() == ["failed"]


def test_a_transaction_that_the_pooler_keeps_for_a_client_that_is_gone_is_ended(
    ground: Ground, installation: Installation, command: Run
) -> None:
    unnoticed = Fault(ground.commit_at(), orphans=True)
    with FaultProxy(installation.url, unnoticed) as proxy:
        ran = command(proxy)
        assert (ran.code, proxy.fired, ground.side()) == (1, 1, "before"), ran
    assert ground.new_runs() == ["failed"]


def test_a_session_that_serves_another_client_by_now_is_not_ended(pooled: Pooled) -> None:
    """The pool has one session, so that the next transaction has the one of the last."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(pooler(pooled.direct, size=1))
        client, another = (stack.enter_context(connect(url)) for _ in range(2))
        with client.transaction():
            session = session_of(client)
        with another.transaction():
            taken = session_of(another)
            asking = stack.enter_context(connect(pooled.direct))
            assert session is not None
            assert taken is not None
            assert (taken.pid, taken.since) == (session.pid, session.since)
            end_session(asking, session)
            assert another.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError), another.transaction():
            still = session_of(another)
            assert still is not None
            end_session(asking, still)
            another.execute("SELECT 1")


def test_a_backend_that_is_ended_while_it_commits_leaves_all_or_nothing_and_the_command_knows(
    ground: Ground, installation: Installation, command: Run
) -> None:
    ending = Fault(ground.commit_at(), When.AFTER, act=ground.end_sessions, cuts=False)
    with FaultProxy(installation.url, ending) as proxy:
        ran = command(proxy)
    side = ground.side()
    assert (ran.code, side) in {(0, "after"), (1, "before")}, ran


def test_a_machine_without_a_pooler_fails_and_is_told_so(
    pooled: Pooled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPoolerError, match="no pgbouncer in PATH"), pooler(pooled.direct):
        pass
