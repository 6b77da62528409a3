"""Many processes that apply, each to its own site, all at once and round after round."""

from __future__ import annotations

import contextlib
import multiprocessing
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg
from msgspec.structs import replace

from reconciler.database.connection import connect
from reconciler.model.errors import ReconcilerError
from reconciler.operations.apply import ApplyRequest, apply_prepared
from reconciler.operations.desired_state import Source
from reconciler.operations.preparing import PlanRequest, PreparedRequest, prepare
from reconciler.planning.selection import Selection

_MODULE = "tests.support.parallel_applies"
_LONGEST_ROUND_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rounds:
    """What each process does: in round ``n`` it applies the ``n``-th commit, over and over."""

    folder: Path
    url: str
    commits: tuple[str, ...]
    number: int


def apply_in_parallel(rounds: Rounds, sites: list[str]) -> dict[str, list[str]]:
    """Run a process a site, and return what came of each round there: ``applied``, or an error."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_MODULE])
    start = context.Barrier(len(sites))
    answers = context.Queue()
    processes = [
        context.Process(target=_apply_rounds, args=(rounds, site, start, answers)) for site in sites
    ]
    for process in processes:
        process.start()
    outcomes = dict(answers.get(timeout=rounds.number * _LONGEST_ROUND_SECONDS) for _ in sites)
    for process in processes:
        process.join()
    return outcomes


def _apply_rounds(rounds: Rounds, site: str, start: Barrier, answers: Any) -> None:
    try:
        answers.put((site, _outcomes(rounds, site, start)))
    except Exception as error:  # else the others would be waited for until the time is up
        answers.put((site, [f"{type(error).__name__}: {error}"]))
        raise


def _outcomes(rounds: Rounds, site: str, start: Barrier) -> list[str]:
    requests = [_prepared(rounds, commit, site) for commit in rounds.commits]
    outcomes = []
    with connect(rounds.url) as connection:
        for number in range(rounds.number):
            start.wait(_LONGEST_ROUND_SECONDS)
            prepared = requests[number % len(requests)]
            request = ApplyRequest(prepared.request, lock_timeout_seconds=_LONGEST_ROUND_SECONDS)
            try:
                done = apply_prepared(
                    request, prepared, lambda: contextlib.nullcontext(connection), lambda _: True
                )
                outcomes.append(
                    "applied" if done.run_id else f"{done.plan.blocked} {done.warnings}"
                )
            except (ReconcilerError, psycopg.Error) as error:
                outcomes.append(f"{type(error).__name__}: {error}")
    return outcomes


def _prepared(rounds: Rounds, commit: str, site: str) -> PreparedRequest:
    whole = prepare(PlanRequest(Source(rounds.folder, commit)))
    return replace(whole, request=replace(whole.request, selection=Selection((site,))))
