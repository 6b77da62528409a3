"""No input, however hostile, takes more than 5 s or 512 MB, or shows a traceback."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import clean_environment
from tests.support.desired_folder import EXTENSION_FILE, small_folder
from tests.support.hostile_folders import HOSTILE_FOLDERS
from tests.support.hostile_grammar import HOSTILE_TO_GRAMMAR
from tests.support.hostile_yaml import HOSTILE_YAML

CPU_SECONDS = 5
WALL_SECONDS = 60
MEBIBYTES = 512
_ADDRESS_SPACE = 3 * 1024**3
# Whole files of one sign each are read in one process by the reader's own tests.
SAMPLE = [name for name in HOSTILE_YAML if not name.startswith(("only", "a key", "a flow list of"))]
SAMPLE = [name for name in SAMPLE if not name.startswith(("double", "a literal", "a config"))]
SLOWEST = ("lists ninety deep", "empty lines before a mistake")
FILES = {name: HOSTILE_YAML[name] for name in SAMPLE} | {
    name: HOSTILE_TO_GRAMMAR[name] for name in SLOWEST
}


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (4 * CPU_SECONDS, 4 * CPU_SECONDS))


def validate(folder: Path, *options: str) -> tuple[int, str, resource.struct_rusage]:
    """Run `validate` on a folder within limits; return its exit code, its words and its usage."""
    program = [sys.executable, "-m", "reconciler", "validate", *options]
    with (folder / "said").open("w+b") as said:
        process = subprocess.Popen(
            program,
            cwd=folder,
            env=clean_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            preexec_fn=_limited,  # noqa: PLW1509 -- the tests of this file start no threads
        )
        previous = signal.signal(signal.SIGALRM, lambda *_: process.kill())
        signal.alarm(WALL_SECONDS)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return process.returncode, said.read().decode(errors="replace"), usage


def assert_within_bounds(folder: Path, *options: str) -> str:
    code, said, usage = validate(folder, *options)
    assert code in (0, 1), said[-2000:]
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert usage.ru_utime + usage.ru_stime < CPU_SECONDS
    assert usage.ru_maxrss < MEBIBYTES * 1024
    return said


@pytest.mark.parametrize("name", HOSTILE_FOLDERS)
def test_a_hostile_folder_is_answered_within_bounds(name: str, tmp_path: Path) -> None:
    HOSTILE_FOLDERS[name](small_folder(tmp_path / "desired-state"))
    assert assert_within_bounds(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered_within_bounds(name: str, tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "desired-state")
    folder.write(EXTENSION_FILE, FILES[name]())
    assert assert_within_bounds(tmp_path, "--json")
