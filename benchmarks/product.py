"""The program itself, as its users run it: commands in the generated repository, with its caches.

A cold run finds no cache. Wherever the program keeps one, it is below the repository or below
the home folder that it is given here, and both are emptied.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Measured, measure

PROGRAM = Path(sys.executable).with_name("reconciler")
BLOCKED = 3


@dataclass(frozen=True, slots=True)
class Product:
    """The program in a repository, with a home of its own."""

    repository: Path
    home: Path

    def run(self, *arguments: str, database: str = "", codes: Sequence[int] = (0,)) -> Measured:
        """Run a command, on a database if one is given, and return what it took."""
        environment = self._environment() | {"DATABASE_URL": database}
        return measure([PROGRAM, *arguments], self.repository, environment, codes)

    def forget(self) -> None:
        """Remove whatever the program keeps from one run to the next.

        For generated repositories only: in a person's own, ``.reconciler`` may be a database.
        """
        self.home.mkdir(exist_ok=True)
        kept = (self.repository / ".reconciler", self.repository / ".git" / "reconciler")
        for path in (*kept, *self.home.iterdir()):
            shutil.rmtree(path, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "NO_COLOR": "1",
            "RECONCILER_DATABASE": "",
        }
