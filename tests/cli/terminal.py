"""The program on a pseudo-terminal, as a person has it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import Ran, clean_environment

_LONGEST_WAIT_SECONDS = 60


def on_terminal(cwd: Path, *arguments: str, answers: dict[str, str], **environment: str) -> Ran:
    """Run the program on a terminal and answer its questions.

    Args:
        cwd: the folder it runs in.
        arguments: the command line.
        answers: what is typed after each text that appears, in this order.
        environment: further variables.

    Returns:
        The exit code, and as ``out`` everything that the terminal showed.
    """
    terminal, program_side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=cwd,
        env=clean_environment(cwd, **{"TERM": "dumb"} | environment),
        stdin=program_side,
        stdout=program_side,
        stderr=program_side,
        start_new_session=True,
    ) as program:
        os.close(program_side)
        shown = _conversation(terminal, answers)
        code = program.wait(timeout=_LONGEST_WAIT_SECONDS)
    os.close(terminal)
    return Ran(code, shown, "")


def _conversation(terminal: int, answers: dict[str, str]) -> str:
    shown, read_until, left = "", 0, list(answers.items())
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            new = os.read(terminal, 65_536)
        except OSError:  # Linux says so when the program has closed its side
            return shown
        if not new:
            return shown
        shown += new.decode("utf-8", "replace").replace("\r\n", "\n")
        if left and left[0][0] in shown[read_until:]:
            read_until = len(shown)
            os.write(terminal, left.pop(0)[1].encode() + b"\n")
    raise AssertionError(f"the program did not end; it showed {shown!r}")
