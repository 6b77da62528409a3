"""Runs the database tests once for every PostgreSQL that this machine has.

``python -m tests.support.matrix [pytest's arguments]``
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from reconciler.database.server.embedded import wheel_binaries
from tests.support.postgres_versions import fetched_installations
from tests.support.servers import (
    POSTGRES_VARIABLE,
    PROJECT,
    URL_VARIABLE,
    installed_version,
    system_installations,
)

_WHEEL_MAJORS = (18, 16)


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL that the tests can run on."""

    source: str
    binaries: Path

    @property
    def version(self) -> str:
        """Its version, such as ``18.4``."""
        return ".".join(map(str, installed_version(self.binaries)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the tests went on one installation."""

    installation: Installation
    passed: bool
    seconds: float

    def __str__(self) -> str:
        where = self.installation
        verdict = "passed" if self.passed else "FAILED"
        return f"{where.version:<8} {where.source:<8} {verdict:<8} {self.seconds:6.1f} s"


def installations() -> list[Installation]:
    """Return every PostgreSQL of this machine: the wheel's, what was fetched, the system's."""
    wheel = [Installation("wheel", wheel_binaries(major)) for major in _WHEEL_MAJORS]
    fetched = [Installation("fetched", folder) for folder in fetched_installations()]
    system = [Installation("system", folder) for folder in system_installations()]
    return [*wheel, *fetched, *system]


def run_tests(installation: Installation, arguments: list[str]) -> Outcome:
    """Run the suite's database tests on one installation; no test found is a failure."""
    environment = os.environ | {POSTGRES_VARIABLE: str(installation.binaries)}
    environment.pop(URL_VARIABLE, None)
    started = time.monotonic()
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "database and not faults", *arguments],
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    return Outcome(installation, finished.returncode == 0, time.monotonic() - started)


def main(arguments: list[str]) -> int:
    """Run them all, print a table of the outcomes, and return 1 if any failed."""
    found = installations()
    _say("PostgreSQL found: " + ", ".join(f"{one.version} ({one.source})" for one in found))
    outcomes = []
    for installation in found:
        _say(f"\n== PostgreSQL {installation.version} ({installation.source}) ==")
        outcomes.append(run_tests(installation, arguments))
    _say("\n" + "\n".join(map(str, outcomes)))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
