"""Commands timed as whole processes, and what came of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

_STOPWATCH = Path(__file__).with_name("stopwatch.py")
_TOLD_OF_A_FAILURE = 2_000


class FailedRunError(Exception):
    """A command that was to be timed ended as it should not have."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of a command took: seconds and bytes; and what it said."""

    wall: float
    user: float
    system: float
    memory: int
    code: int
    output: str

    def scaled(self, factor: float) -> Measured:
        """Return what ``factor`` times the work would have taken; memory stays what it was."""
        return Measured(
            self.wall * factor,
            self.user * factor,
            self.system * factor,
            self.memory,
            self.code,
            self.output,
        )


def together(several: Sequence[Measured]) -> Measured:
    """Return what runs took one after the other, and the most memory that one of them had."""
    return Measured(
        sum(each.wall for each in several),
        sum(each.user for each in several),
        sum(each.system for each in several),
        max(each.memory for each in several),
        several[-1].code,
        several[-1].output,
    )


@dataclass(slots=True)
class Series:
    """The runs of one subject at one task and size."""

    task: str
    subject: str
    kind: str
    size: int
    remark: str = ""
    failed: bool = False
    runs: list[Measured] = field(default_factory=list)

    @property
    def walls(self) -> list[float]:
        """The seconds that each run took."""
        return [run.wall for run in self.runs]

    @property
    def wall(self) -> float:
        """The median of them."""
        return median(self.walls)

    @property
    def cpu(self) -> float:
        """The median of the processor seconds, user's and system's."""
        return median(run.user + run.system for run in self.runs)

    @property
    def memory(self) -> int:
        """The most bytes that any run had resident."""
        return max(run.memory for run in self.runs)


def measure(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    codes: Sequence[int] = (0,),
) -> Measured:
    """Run a command in a folder, with ``environment`` added to one's own, and return its cost.

    Raises:
        FailedRunError: its exit code is none of ``codes``.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as place:
        result, output = Path(place, "result.json"), Path(place, "output")
        subprocess.run(
            [sys.executable, "-I", "-S", _STOPWATCH, result, output, *command],
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        said = output.read_text(encoding="utf-8", errors="replace")
        measured = Measured(**json.loads(result.read_text(encoding="utf-8")), output=said)
    if measured.code not in codes:
        shown = " ".join(map(str, command))
        raise FailedRunError(
            f"{shown} ended with exit code {measured.code}:\n{said[-_TOLD_OF_A_FAILURE:]}"
        )
    return measured
