"""The command line in processes of their own that start in a hundredth of a second.

A process that has imported the program forks one for each run, so that a SIGKILL hits the real
thing without a second of imports before it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import reconciler.cli.apply
import reconciler.database.opening
from reconciler.cli.main import main

__all__ = ["Client", "running_client"]

_PRELOADED = [reconciler.cli.apply.__name__, reconciler.database.opening.__name__, __name__]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(_PRELOADED)
_LONGEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Client:
    """One run of the command line, and the file with all that it says."""

    process: ForkServerProcess
    output: Path

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        if self.process.pid is not None:
            os.kill(self.process.pid, signal.SIGKILL)

    def ended(self) -> tuple[int, str]:
        """Wait for its end; return its exit code (negative: the signal) and what it said."""
        self.process.join(_LONGEST_SECONDS)
        code = self.process.exitcode
        if code is None:
            raise TimeoutError(f"the command did not end; it said: {self.output.read_text()}")
        return code, self.output.read_text(encoding="utf-8")


@contextmanager
def running_client(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
) -> Iterator[Client]:
    """Start ``reconciler`` with ``arguments`` in ``folder``; it does not outlive the block."""
    process = _CONTEXT.Process(
        target=_run, args=(list(arguments), str(folder), dict(environment), str(output))
    )
    process.start()
    client = Client(process, output)
    try:
        yield client
    finally:
        if process.is_alive():
            process.kill()
        process.join()
        process.close()


def _run(arguments: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(said, sys.stdout.fileno())
    os.dup2(said, sys.stderr.fileno())
    sys.argv = ["reconciler", *arguments]
    main()
