"""Two saved plans that change the same row, applied at once: one wins, the other is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from git import Repo

from reconciler.cli.requests import as_planned, read_plan
from reconciler.model.plan import Plan
from reconciler.operations.preparing import PreparedRequest, prepare
from tests.cli.conftest import clean_environment
from tests.support.client_process import running_client
from tests.support.content import Content
from tests.support.fault_ground import Ground, Said
from tests.support.fault_proxy import FAULT_POINTS, Fault, FaultProxy
from tests.support.frontend_messages import Message
from tests.support.installation import BREMEN_ERP, CORK_ERP, erp_file

PATIENCE_SECONDS = 60
MOVED = "cork / erp-adapter: reconfigured by engineer at "
LOOK_EVERY_SECONDS = 0.002
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
SLOWER: dict[str, str | None] = {CORK_ERP: erp_file("cork", interval=120)}
FASTER: dict[str, str | None] = {
    CORK_ERP: erp_file("cork", interval=30),
    BREMEN_ERP: erp_file("bremen", interval=30, rest="reason: As Cork\n"),
}


@dataclass(frozen=True, slots=True)
class Saved:
    """One of the two plans: its file, and what the tables say once it alone was applied."""

    file: Path
    plan: Plan
    prepared: PreparedRequest
    after: Content
    messages: tuple[Message, ...]

    def apply(self, ground: Ground, url: str) -> Said:
        return ground.apply(url, self.prepared, expected=self.plan)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two plans for the same rows, of two branches: ``first`` is held, ``second`` runs then."""

    ground: Ground
    first: Saved
    second: Saved


@pytest.fixture(scope="module")
def rivals(waiting: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rivals]:
    """Two saved plans of two branches that both change how often Cork's ERP is synchronised."""
    waiting.restore()
    folder = tmp_path_factory.mktemp("plans")
    first = saved_plan(waiting, folder, "slower", SLOWER)
    yield Rivals(waiting, first, saved_plan(waiting, folder, "faster", FASTER))
    waiting.restore()


def saved_plan(ground: Ground, folder: Path, branch: str, files: dict[str, str | None]) -> Saved:
    """Commit to a new branch, save its plan as the command line does, and try it alone."""
    installation = ground.installation
    with Repo(installation.repository) as repository:
        repository.git.checkout("-b", branch, "main")
        installation.commit("Sync Cork otherwise", files)
        repository.git.checkout("main")
    file = folder / f"{branch}.json"
    environment = clean_environment(folder, DATABASE_URL=installation.url)
    arguments = ["plan", "--ref", branch, "--out", str(file)]
    with running_client(arguments, installation.repository, environment, folder / "said") as client:
        code, said = client.ended()
    assert code == 0, said
    plan = read_plan(file)
    prepared = prepare(as_planned(installation.request(), plan))
    with FaultProxy(installation.url) as proxy:
        assert ground.apply(proxy.url, prepared, expected=plan) == Said(0)
    after = ground.content()
    ground.restore()
    return Saved(file, plan, prepared, after, tuple(proxy.messages))


def until_ended_or_waiting(ground: Ground, running: Future[Any]) -> None:
    """Wait until a run has ended, or waits for a lock that another session holds."""
    while not running.done() and ground.watch.execute(WAITING.encode()).fetchone() == (0,):
        wait_a_little(running)


def wait_a_little(running: Future[Any]) -> None:
    try:
        running.exception(LOOK_EVERY_SECONDS)
    except TimeoutError:
        return


def both(rivals: Rivals, at: int) -> tuple[FaultProxy, Said, Said | None]:
    """Hold the first run at a message, let the second run as far as it can, and let go."""
    ground, started = rivals.ground, list[Future[Said]]()

    def run_second() -> None:
        started.append(others.submit(rivals.second.apply, ground, ground.installation.url))
        until_ended_or_waiting(ground, started[0])

    hold = Fault(at, act=run_second, cuts=False)
    with ThreadPoolExecutor(1) as others:
        with FaultProxy(ground.installation.url, hold) as proxy:
            first = rivals.first.apply(ground, proxy.url)
        second = started[0].result(PATIENCE_SECONDS) if started else None
    return proxy, first, second


def problems(rivals: Rivals, first: Said, second: Said) -> Iterator[str]:
    """Say what is not as it must be once both have ended."""
    ground = rivals.ground
    if sorted((first.code, second.code)) != [0, 4]:
        yield f"the first ended with {first.code} ({first.why})"
        yield f"the second ended with {second.code} ({second.why})"
        return
    winner, loser = (rivals.first, second) if first.code == 0 else (rivals.second, first)
    if ground.content() != winner.after:
        yield "the tables are not what the winner alone leaves"
    if MOVED not in loser.why:
        yield f"the loser does not say which row moved: {loser.why}"
    if ground.new_runs() != ["applied", "refused"]:
        yield f"the new runs ended as {ground.new_runs()}"
    if ground.batches() != [len(winner.plan.changes)]:
        yield f"the audit batches have the sizes {ground.batches()}"


def interleavings(rivals: Rivals, chosen: Callable[[Message], bool]) -> Iterator[tuple[bool, str]]:
    """Yield for each message who won and what was wrong, until the first run is held nowhere."""
    messages = rivals.first.messages
    for at in count(1):
        if at <= len(messages) and not chosen(messages[at - 1]):
            continue
        rivals.ground.restore()
        proxy, first, second = both(rivals, at)
        if second is None:
            assert (proxy.fired, first) == (0, Said(0))
            return
        wrong = "; ".join(problems(rivals, first, second))
        yield first.code == 0, wrong and f"held at {proxy.describe(at)}: {wrong}"


def require_one_winner(
    tried: list[tuple[bool, str]], record_property: Callable[[str, object], None]
) -> None:
    record_property(FAULT_POINTS, f"two at once: {len(tried)}")
    assert [wrong for _, wrong in tried if wrong] == []
    assert {won for won, _ in tried} == {True, False}, "each has won at some point"


def test_one_of_two_plans_wins_wherever_the_other_stands_with_its_lock_and_its_writing(
    rivals: Rivals, record_property: Callable[[str, object], None]
) -> None:
    notable = ("Startup", "BEGIN", "advisory", "LOCK", "INSERT INTO", "COMMIT", "refresh_views")
    tried = list(
        interleavings(rivals, lambda it: any(word in f"{it} {it.sql}" for word in notable))
    )
    require_one_winner(tried, record_property)
    assert len(tried) > 12


@pytest.mark.faults
def test_one_of_two_plans_wins_whichever_message_the_other_has_come_to(
    rivals: Rivals, record_property: Callable[[str, object], None]
) -> None:
    tried = list(interleavings(rivals, lambda _: True))
    require_one_winner(tried, record_property)
    assert len(tried) >= len(rivals.first.messages) > 120


def as_command(ground: Ground, saved: Saved, url: str, folder: Path) -> tuple[int, str]:
    """Apply a saved plan as a process of its own."""
    environment = clean_environment(folder, DATABASE_URL=url)
    arguments = ["apply", str(saved.file), "--yes"]
    output = folder / f"{saved.file.stem}.said"
    with running_client(arguments, ground.installation.repository, environment, output) as client:
        return client.ended()


@pytest.mark.parametrize(
    ("held_at", "first_wins"), [("pg_advisory_xact_lock", False), ("COPY staged_changes", True)]
)
def test_the_command_that_lost_ends_with_4_and_says_which_row_moved_by_whose_hand(
    rivals: Rivals, tmp_path: Path, held_at: str, first_wins: bool
) -> None:
    ground = rivals.ground
    ground.restore()
    at = next(n for n, it in enumerate(rivals.first.messages, 1) if held_at in it.sql)
    started: list[Future[tuple[int, str]]] = []

    def run_second() -> None:
        arguments = (ground, rivals.second, ground.installation.url, tmp_path)
        started.append(others.submit(as_command, *arguments))
        until_ended_or_waiting(ground, started[0])

    with (
        ThreadPoolExecutor(1) as others,
        FaultProxy(ground.installation.url, Fault(at, act=run_second, cuts=False)) as proxy,
    ):
        first = as_command(ground, rivals.first, proxy.url, tmp_path)
        second = started[0].result(PATIENCE_SECONDS)
    winner, loser = (first, second) if first_wins else (second, first)
    assert (winner[0], loser[0]) == (0, 4), loser[1]
    assert MOVED in loser[1]
    assert ground.content() == (rivals.first if first_wins else rivals.second).after
