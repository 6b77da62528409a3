"""Sites read by several processes: as by one, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence

import pytest

from reconciler.desired import loader
from reconciler.desired.loader import load
from reconciler.desired.workers import each, processes_for
from reconciler.model.errors import ReconcilerError
from tests.support.plant import Plant


def test_every_job_is_done_once_by_another_process() -> None:
    done = list(each(lambda jobs: ((job, os.getpid()) for job in jobs), range(20), 3))
    assert sorted(job for job, _ in done) == list(range(20))
    processes = {process for _, process in done}
    assert len(processes) == 3
    assert os.getpid() not in processes


def test_a_process_holds_no_connection_of_the_one_that_started_it() -> None:
    here, there = socket.socketpair()

    def held(jobs: Sequence[int]) -> Iterator[int]:
        time.sleep(0.2 * jobs[0])  # the other is asked while this one still runs
        yield from jobs

    with here, there:
        work = each(held, range(2), 2)
        next(work)
        here.close()
        there.settimeout(5)
        assert there.recv(1) == b"", "nobody else has the other end open"
        assert list(work) == [1]


def test_what_a_job_raises_is_raised_here() -> None:
    def work(job: int) -> int:
        if job == 7:
            raise ReconcilerError("seven", "Leave it out.")
        return job

    with pytest.raises(ReconcilerError, match="seven"):
        list(each(lambda jobs: map(work, jobs), range(20), 2))


def test_a_process_that_is_ended_from_outside_is_told_of() -> None:
    def work(job: int) -> int:
        if job == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return job

    with pytest.raises(ReconcilerError, match="ended from outside"):
        list(each(lambda jobs: map(work, jobs), range(20), 2))


def test_whoever_stops_asking_leaves_no_process() -> None:
    found = each(lambda jobs: (os.getpid() for _ in jobs), range(1_000), 2)
    process = next(found)
    found.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_few_files_are_read_by_one_process_and_many_by_no_more_than_there_are_cores() -> None:
    assert processes_for(100) == 1
    assert 1 <= processes_for(1_000_000) <= max(1, len(os.sched_getaffinity(0)))


def test_a_state_read_by_several_processes_is_the_one_read_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant = Plant().offer("sap-adapter").offer("mqtt-gateway")
    for number in range(12):
        plant.site(f"plant-{number}", "sap-adapter", "mqtt-gateway", "no-such-extension")
    plant.enable("plant-3", "sap-adapter", configuration={"password": "hunter2"})
    plant.put("sites/plant-4/extensions/mqtt-gateway.yaml", "version: [\n")
    alone = load(plant.tree)
    monkeypatch.setattr(loader, "processes_for", lambda _: 3)
    together = load(plant.tree)
    assert together.diagnostics == alone.diagnostics
    assert together.content == alone.content
    assert alone.state is not None
    assert together.state is not None
    assert together.state.enabled == alone.state.enabled
    assert len(alone.state.configurations) == 35
