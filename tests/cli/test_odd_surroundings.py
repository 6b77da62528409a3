"""Odd places to write to, odd reasons, closed streams, locked tables: a clear word for each."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import BRANCH, Command, Plants, Ran, clean_environment


def planned(installed: Plants, command: Command, out: str, *more: str) -> Ran:
    arguments = ("plan", "--ref", BRANCH, "--out", out, "-q", *more)
    return command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)


def test_a_plan_goes_through_a_pipe_and_leaves_it_one(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert planned(installed, command, str(pipe)).code == 0
        assert reader.stdout is not None
        assert b'"plan_id"' in reader.stdout.read()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_is_followed_and_a_file_keeps_its_mode(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    kept, link = tmp_path / "kept.json", tmp_path / "link.json"
    kept.write_text("older", encoding="utf-8")
    kept.chmod(0o600)
    link.symlink_to(kept)
    assert planned(installed, command, str(link)).code == 0
    assert link.is_symlink()
    assert kept.read_text("utf-8").startswith("{")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("out", ["", "/", ".", "desired-state", "absent/plan.json"])
def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(
    installed: Plants, command: Command, out: str
) -> None:
    before = sorted(path.name for path in installed.root.iterdir())
    done = planned(installed, command, out)
    assert done.code == 1
    assert "cannot write" in done.err
    assert sorted(path.name for path in installed.root.iterdir()) == before


@pytest.mark.parametrize(
    "reason", ["", " \t", "\u200b", "\u2060\ufeff", "a\nb", "\x1b[2J", "x" * 1_001]
)
def test_a_reason_that_nobody_can_read_forces_nothing(
    installed: Plants, command: Command, reason: str
) -> None:
    arguments = ("apply", "--ref", BRANCH, "--yes", "--force", reason)
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 64
    assert "--force" in done.err


def test_a_reason_that_was_not_needed_is_said_to_be_so(installed: Plants, command: Command) -> None:
    arguments = ("apply", "--ref", BRANCH, "--yes", "--force", "To be sure")
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 0
    assert "nothing had to be forced" in done.err


def test_a_plan_file_that_is_nested_without_end_is_no_plan(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    path.write_text("[" * 200_000, encoding="utf-8")
    done = command("apply", str(path), "--yes", cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 1
    assert "is not a plan" in done.err


def test_another_selection_beside_a_plan_file_is_named(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    assert planned(installed, command, str(path), "--site", "penang").code == 0
    arguments = ("apply", str(path), "--site", "pen*", "--yes", "-q")
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 4
    assert "the plan was made with site=penang, and here is site=pen*" in done.err


@pytest.mark.parametrize("closed", [(0, 1), (1, 2), (2,)])
def test_closed_streams_are_no_fault_of_the_program(
    installed: Plants, tmp_path: Path, closed: tuple[int, ...]
) -> None:
    closing = "; ".join(f"os.close({stream})" for stream in closed)
    start = f"import os, sys; {closing}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    done = subprocess.run(
        [sys.executable, "-c", start, "-m", "reconciler", "plan", "--ref", BRANCH],
        cwd=installed.root,
        env=clean_environment(tmp_path, DATABASE_URL=installed.url),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr


def test_a_table_that_somebody_locked_for_himself_is_not_waited_for_without_end(
    installed: Plants, command: Command
) -> None:
    with psycopg.connect(installed.owner_url, application_name="rebuild") as connection:
        connection.execute("LOCK TABLE site_extension_configs IN ACCESS EXCLUSIVE MODE")
        arguments = ("apply", "--ref", BRANCH, "--yes", "--lock-timeout", "0.3")
        began = time.monotonic()
        done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert time.monotonic() - began < 15  # and not the 30 s that are the default
    assert done.code == 5
    assert "rebuild" in done.err


def test_that_something_was_applied_is_said_even_where_the_result_cannot_be_written(
    installed: Plants, tmp_path: Path
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply", "--ref", BRANCH, "--yes", "--json"],
            cwd=installed.root,
            env=clean_environment(tmp_path, DATABASE_URL=installed.url),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Applied in one transaction" in done.stderr
    assert "the output cannot be written" in done.stderr
