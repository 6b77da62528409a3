"""The program as its users run it, in a process of its own, on an installation of the tests."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.conftest import Ran, clean_environment
from tests.support.installation import Installation

_LONGEST_SECONDS = 60


def start(
    installation: Installation, *arguments: str, url: str | None = None
) -> subprocess.Popen[str]:
    """Start the program in the installation's repository; ``url`` if not the installation's."""
    return subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=installation.repository,
        env=clean_environment(installation.repository, DATABASE_URL=url or installation.url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for a started program and return what it answered, with the exit code a shell sees."""
    with process:
        out, err = process.communicate(timeout=_LONGEST_SECONDS)
    killed_by = -process.returncode
    return Ran(128 + killed_by if killed_by > 0 else process.returncode, out, err)


def run(installation: Installation, *arguments: str, url: str | None = None) -> Ran:
    """Run the program to its end."""
    return ended(start(installation, *arguments, url=url))
