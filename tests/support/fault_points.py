"""Attempts to apply that a fault befalls at one message after the other, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import clean_environment
from tests.support.client_process import Client, running_client
from tests.support.fault_ground import CHANGES, Ground, Said
from tests.support.fault_proxy import Fault, FaultProxy, When

Try = Callable[[Ground, int, Path], tuple[FaultProxy, Said | None]]
"""Makes one attempt with a fault at a message; returns what was said, if anybody was left."""


def cut_before(ground: Ground, at: int, _: Path) -> tuple[FaultProxy, Said | None]:
    with FaultProxy(ground.installation.url, Fault(at)) as proxy:
        return proxy, ground.apply(proxy.url)


def cut_after(ground: Ground, at: int, _: Path) -> tuple[FaultProxy, Said | None]:
    with FaultProxy(ground.installation.url, Fault(at, When.AFTER)) as proxy:
        return proxy, ground.apply(proxy.url)


def backend_killed(ground: Ground, at: int, _: Path) -> tuple[FaultProxy, Said | None]:
    fault = Fault(at, act=ground.end_sessions, cuts=False)
    with FaultProxy(ground.installation.url, fault) as proxy:
        return proxy, ground.apply(proxy.url)


def backend_killed_after(ground: Ground, at: int, _: Path) -> tuple[FaultProxy, Said | None]:
    fault = Fault(at, When.AFTER, act=ground.end_sessions, cuts=False)
    with FaultProxy(ground.installation.url, fault) as proxy:
        return proxy, ground.apply(proxy.url)


def client_killed(ground: Ground, at: int, folder: Path) -> tuple[FaultProxy, Said | None]:
    """Kill the command line as a process of its own, once the server has the message."""
    victim: Future[Client] = Future()

    def kill() -> None:
        victim.result().kill()

    fault = Fault(at, When.AFTER, act=kill, cuts=False)
    with FaultProxy(ground.installation.url, fault) as proxy:
        environment = clean_environment(folder, DATABASE_URL=proxy.url)
        with running_client(
            ["apply", "--yes", "-q"], ground.installation.repository, environment, folder / "said"
        ) as client:
            victim.set_result(client)
            code, said = client.ended()
    assert code in (-9, 0), said
    return proxy, None if code == -9 else Said(0)


KINDS: dict[str, Try] = {
    "client killed": client_killed,
    "backend killed before": backend_killed,
    "backend killed after": backend_killed_after,
    "link cut before": cut_before,
    "link cut after": cut_after,
}


@dataclass(frozen=True, slots=True)
class Point:
    """One attempt that a fault befell, and what is wrong with what came of it."""

    name: str
    side: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}: {'; '.join(self.problems)}"


def points(
    ground: Ground, kind: str, folder: Path, numbers: Iterable[int], *, again_every: int = 1
) -> Iterator[Point]:
    """Yield what came of a fault at each of these messages, until a run passes untouched.

    Args:
        ground: where it is tried.
        kind: which fault, of ``KINDS``.
        folder: a place for what the command line says.
        numbers: which messages, in order.
        again_every: run again after each so many attempts that left everything as before; after
            the others it is run again in any case.
    """
    for tried, at in enumerate(numbers):
        ground.restore()
        proxy, said = KINDS[kind](ground, at, folder)
        side = ground.side()
        if not proxy.fired:
            assert (said, side) == (Said(0), "after"), "a run that no fault befell"
            return
        problems = list(_problems_left(ground, side, said))
        if side != "before" or tried % again_every == 0:
            problems += _problems_of_next_run(ground)
        yield Point(f"{kind} {proxy.describe(at)}", side, tuple(problems))


def _problems_left(ground: Ground, side: str, said: Said | None) -> Iterator[str]:
    """Say what is not as it must be once an attempt is over."""
    if side not in ("before", "after"):
        yield f"the tables are {side}"
    if said is not None and said.code != (0 if side == "after" else 1):
        yield f"it ended with {said.code} ({said.why}), and the tables are as {side}"
    if ground.sessions():
        yield "a server process is left"


def _problems_of_next_run(ground: Ground) -> Iterator[str]:
    """Run again, and say what is not as it must be then."""
    again = ground.apply(ground.installation.url)
    if again.code != 0 or ground.side() != "after":
        yield f"the next run ended with {again.code} ({again.why}), the tables {ground.side()}"
    if ground.new_runs().count("applied") != 1:
        yield f"the new runs ended as {ground.new_runs()}"
    if ground.batches() != [CHANGES]:
        yield f"the audit batches have the sizes {ground.batches()}"
