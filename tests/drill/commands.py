"""The program's command line, run in this process: its start would be most of the drill."""

from __future__ import annotations

import io
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass

from reconciler.cli.main import run as run_program
from tests.support.installation import Installation


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


def run(installation: Installation, *arguments: str) -> Ran:
    """Run one command in the installation's repository, on its database."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(installation.repository), redirect_stdout(out), redirect_stderr(err):
        code = run_program(["--database", installation.url, *arguments])
    return Ran(code, out.getvalue(), err.getvalue())
