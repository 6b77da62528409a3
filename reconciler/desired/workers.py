"""Sites read by several processes at once, where there are enough of them to be worth it.

The processes are forked, so that what all sites share is theirs without being sent. Each has its
own part of the sites and sends what it read through a pipe of its own; when this process is gone,
the pipe breaks and so do they.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TypeVar, cast

from reconciler.model.errors import ReconcilerError

Job = TypeVar("Job")
Result = TypeVar("Result")

FEW_FILES = 3_000
"""Fewer are read faster by one process."""
_MOST_PROCESSES = 8
_SENT_TOGETHER = 20
_DONE = None


def processes_for(files: int) -> int:
    """Return in how many processes so many files are read; 1 is this one alone."""
    if files < FEW_FILES or sys.platform != "linux":
        return 1  # where threads may have been started unseen, forking is not safe
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES, files // (FEW_FILES // 2))


def each(
    work: Callable[[Sequence[Job]], Iterable[Result]], jobs: Sequence[Job], processes: int
) -> Iterator[Result]:
    """Yield what ``work`` makes of every job, in no particular order.

    Args:
        work: is called once in each of the processes, with a part of the jobs; what it yields is
            sent to this one.
        jobs: what there is to do.
        processes: how many there are.

    Raises:
        ReconcilerError: one of the processes ended before it was done.
    """
    if processes == 1:
        yield from work(jobs)
        return
    fork = multiprocessing.get_context("fork")
    readers: list[Connection] = []
    started: list[ForkProcess] = []
    try:
        for number in range(processes):
            reader, writer = fork.Pipe(duplex=False)
            readers.append(reader)
            # Neighbours stay together: what a process looks at becomes memory of its own.
            part = jobs[len(jobs) * number // processes : len(jobs) * (number + 1) // processes]
            # A list of its own: the others are of no use there, and would hold the pipes open.
            given = work, part, writer, tuple(readers)
            process = fork.Process(target=_work, args=given, daemon=True)
            process.start()
            started.append(process)
            writer.close()
        yield from _received(readers)
    finally:
        for process in started:
            process.terminate()
            process.join()


def _received(readers: list[Connection]) -> Iterator[Result]:
    left = list(readers)
    while left:
        for reader in cast("list[Connection]", wait(left)):
            try:
                several = reader.recv()
            except EOFError:
                raise ReconcilerError(
                    "a process that read a part of the files was ended from outside; nothing "
                    "was written",
                    "Mostly the system was out of memory, and its log says so. Give it more, or "
                    "end what else runs there, and run this again.",
                ) from None
            if several is _DONE:
                left.remove(reader)
            elif isinstance(several, BaseException):
                raise several
            else:
                yield from several


def _close_sockets() -> None:
    """Let go of what only the process that forked this one has to do with: the database's link.

    A server is to notice at once when that process is gone.
    """
    for held in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder's own
            number = int(held.name)
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.close(number)


def _work(
    work: Callable[[Sequence[Job]], Iterable[Result]],
    jobs: Sequence[Job],
    writer: Connection,
    inherited: tuple[Connection, ...],
) -> None:
    # The terminal interrupts all processes; this one is ended by the one that started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    for reader in inherited:
        reader.close()
    _close_sockets()
    gc.freeze()
    try:
        results = iter(work(jobs))
        while several := list(islice(results, _SENT_TOGETHER)):
            writer.send(several)
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 -- raised again where it can be handled
        writer.send(error)
    writer.send(_DONE)
