"""A link that is cut around COMMIT: the command finds out what became of it, and says so."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.cli.conftest import clean_environment
from tests.support.client_process import Client, running_client
from tests.support.fault_ground import CHANGES, Ground, Said
from tests.support.fault_proxy import Fault, FaultProxy, When

Run = Callable[..., tuple[int, str]]

APPLIED = "Applied in one transaction: run "
HELD = 7_303_015
# COMMIT has begun, since deferred triggers fire in it, and waits until the test lets go.
WAITING_IN_COMMIT = f"""
CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({HELD}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON reconcile_runs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'applied')
    EXECUTE FUNCTION wait_in_commit()
"""


@pytest.fixture
def command(ground: Ground, tmp_path: Path) -> Run:
    """Run ``reconciler apply --yes`` as a process of its own, through a proxy."""

    def ran(proxy: FaultProxy, *arguments: str) -> tuple[int, str]:
        environment = clean_environment(tmp_path, DATABASE_URL=proxy.url)
        folder, output = ground.installation.repository, tmp_path / "said"
        with running_client(["apply", "--yes", *arguments], folder, environment, output) as client:
            return client.ended()

    return ran


@contextlib.contextmanager
def commits_waiting(ground: Ground) -> Iterator[None]:
    """Every COMMIT of an apply waits for a lock that the watcher holds until ``let_go``."""
    ground.watch.execute(WAITING_IN_COMMIT.encode())
    ground.watch.execute("SELECT pg_advisory_lock(%s)", [HELD])
    try:
        yield
    finally:
        ground.watch.execute("SELECT pg_advisory_unlock_all()")
        ground.watch.execute("DROP FUNCTION wait_in_commit CASCADE")


def statement_after_question(proxy: FaultProxy) -> int:
    """Return which message comes next once the server was asked what became of a commit."""
    numbered = list(enumerate(proxy.messages, 1))
    asked = next(at for at, each in numbered if "pg_xact_status" in each.sql)
    return next(at for at, each in numbered if at > asked and each.begins_statement)


def test_a_commit_whose_answer_is_lost_is_applied(ground: Ground, command: Run) -> None:
    lost = Fault(ground.commit_at(), When.AFTER, act=ground.await_commit)
    with FaultProxy(ground.installation.url, lost) as proxy:
        code, said = command(proxy)
    assert (code, proxy.fired, ground.side()) == (0, 1, "after"), said
    assert APPLIED in said
    assert "Chain heads" in said
    assert ground.new_runs() == ["applied"]


def test_a_commit_that_never_arrived_is_not_applied(ground: Ground, command: Run) -> None:
    with FaultProxy(ground.installation.url, Fault(ground.commit_at())) as proxy:
        code, said = command(proxy)
    assert (code, proxy.fired, ground.side()) == (1, 1, "before"), said
    assert "nothing was" in said
    assert APPLIED not in said
    assert ground.new_runs() == ["failed"]


@pytest.mark.parametrize(("when", "side"), [(When.BEFORE, "before"), (When.AFTER, "after")])
def test_the_outcome_is_unknown_only_while_the_server_cannot_be_reached(
    ground: Ground, command: Run, when: When, side: str
) -> None:
    def go_away() -> None:
        proxy.refuse()

    with FaultProxy(ground.installation.url, Fault(ground.commit_at(), when, go_away)) as proxy:
        code, said = command(proxy, "--outcome-timeout", "1")
    assert (code, ground.side()) == (6, side), said
    assert "what became of run" in said
    assert APPLIED not in said
    assert ground.apply(ground.installation.url).code == 0
    assert (ground.side(), ground.batches()) == ("after", [CHANGES])


@pytest.mark.parametrize(
    ("when", "code", "side"), [(When.BEFORE, 1, "before"), (When.AFTER, 0, "after")]
)
def test_a_server_that_is_away_for_a_while_is_asked_until_it_answers(
    ground: Ground, command: Run, when: When, code: int, side: str
) -> None:
    def go_away() -> None:
        if when is When.AFTER:
            ground.await_commit()
        proxy.refuse(connections=5)

    with FaultProxy(ground.installation.url, Fault(ground.commit_at(), when, go_away)) as proxy:
        ended, said = command(proxy)
    assert (ended, ground.side()) == (code, side), said


def test_a_transaction_whose_client_went_unnoticed_is_ended_and_not_applied(
    ground: Ground, command: Run
) -> None:
    unnoticed = Fault(ground.commit_at(), orphans=True)
    with FaultProxy(ground.installation.url, unnoticed) as proxy:
        code, said = command(proxy)
        assert (code, ground.side(), ground.sessions()) == (1, "before", 0), said
    assert ground.new_runs() == ["failed"]


def test_a_commit_that_still_waits_when_its_client_is_gone_is_ended_and_not_applied(
    ground: Ground, command: Run
) -> None:
    unnoticed = Fault(ground.commit_at(), When.AFTER, orphans=True)
    with commits_waiting(ground), FaultProxy(ground.installation.url, unnoticed) as proxy:
        code, said = command(proxy)
        assert (code, ground.side(), ground.sessions()) == (1, "before", 0), said


def test_a_commit_that_ends_only_after_the_server_was_asked_about_it_is_applied(
    ground: Ground,
) -> None:
    """The first answer is "in progress", and what follows it comes too late to end it."""
    lost = Fault(ground.commit_at(), When.AFTER, orphans=True)
    with FaultProxy(ground.installation.url, lost) as learning:
        ground.apply(learning.url)
    ground.restore()

    def let_go() -> None:
        ground.watch.execute("SELECT pg_advisory_unlock(%s)", [HELD])
        ground.await_commit()

    late = Fault(statement_after_question(learning), act=let_go, cuts=False)
    with commits_waiting(ground), FaultProxy(ground.installation.url, lost, late) as proxy:
        said = ground.apply(proxy.url)
        assert (said, proxy.fired, ground.side()) == (Said(0), 2, "after")


def test_an_orphan_that_holds_the_lock_is_named_and_waited_for(
    ground: Ground, command: Run, tmp_path: Path
) -> None:
    """The machine of a client is switched off: nobody tells the server, nobody asks about it."""
    victim: Future[Client] = Future()

    def switch_off() -> None:
        victim.result().kill()

    off = Fault(ground.commit_at(), act=switch_off, orphans=True)
    environment = clean_environment(tmp_path)
    with FaultProxy(ground.installation.url, off) as proxy:
        environment["DATABASE_URL"] = proxy.url
        folder = ground.installation.repository
        with running_client(["apply", "--yes"], folder, environment, tmp_path / "off") as client:
            victim.set_result(client)
            assert client.ended()[0] == -9
        code, said = command(proxy, "--lock-timeout", "0.2")
        assert (code, ground.side()) == (5, "before"), said
        assert "the installation is locked by reconciler of " in said
    assert ground.apply(ground.installation.url) == Said(0)
    assert (ground.side(), ground.batches()) == ("after", [CHANGES])
