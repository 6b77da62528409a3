"""What one run of a command took."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measuring import FailedRunError, measure

MIB = 1024 * 1024


def python(*statements: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(statements)]


def test_time_is_that_of_the_whole_process(tmp_path: Path) -> None:
    measured = measure(python("import time", "time.sleep(0.3)"), tmp_path, {})
    assert measured.wall >= 0.3
    assert measured.user + measured.system < measured.wall


def test_processor_time_and_memory_of_children_count(tmp_path: Path) -> None:
    child = "held = bytearray(64 << 20); n = sum(range(10_000_000))"
    measured = measure(
        python("import subprocess, sys", f"subprocess.run([sys.executable, '-c', {child!r}])"),
        tmp_path,
        {},
    )
    alone = measure(python("pass"), tmp_path, {})
    assert measured.user > alone.user
    assert measured.memory >= 64 * MIB > alone.memory


def test_output_is_kept_from_both_streams(tmp_path: Path) -> None:
    command = python("import sys", "print('said', flush=True)", "print('told', file=sys.stderr)")
    assert measure(command, tmp_path, {}).output.splitlines() == ["said", "told"]


def test_an_exit_code_that_was_not_expected_is_no_measurement(tmp_path: Path) -> None:
    command = python("import sys", "sys.exit('no such thing')")
    with pytest.raises(FailedRunError, match="exit code 1:\nno such thing"):
        measure(command, tmp_path, {})
    assert measure(command, tmp_path, {}, codes=(1,)).code == 1
