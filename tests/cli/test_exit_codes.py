"""Every way in which a command ends has its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from reconciler.database.sql_files import query
from tests.cli.conftest import BRANCH, Command, Plants, clean_environment

SIGNED = "sites/hartford/extensions/as9100-compliance.yaml"


def edit(plants: Plants, interval: int) -> None:
    name = "sites/penang/extensions/erp-file-gateway.yaml"
    plants.folder.replace(name, "syncInterval: 300", f"syncInterval: {interval}")


@contextmanager
def lock_held(url: str) -> Iterator[None]:
    """Hold the installation's lock, as another run does."""
    with psycopg.connect(url) as connection:
        connection.execute(query("apply/lock"))
        yield


def test_nothing_to_do_is_0_whether_detailed_or_not(installed: Plants, command: Command) -> None:
    for arguments in (("plan",), ("plan", "--detailed-exitcode"), ("drift", "--detailed-exitcode")):
        done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
        assert done.code == 0


_SWALLOWED = """
import os, signal
from reconciler.cli import main, signals

def swallowed(arguments):
    try:
        os.kill(os.getpid(), signal.{name})
        signal.pause()
    except KeyboardInterrupt:
        pass
    raise TypeError("what a library made of it")

main._invoke = swallowed
signals.listen()
raise SystemExit(main.run([]))
"""


@pytest.mark.parametrize(
    ("name", "code", "said"), [("SIGINT", 130, "interrupted"), ("SIGTERM", 143, "terminated")]
)
def test_a_signal_that_comes_out_of_a_library_as_another_error_is_that_signal(
    name: str, code: int, said: str
) -> None:
    program = [sys.executable, "-c", _SWALLOWED.format(name=name)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, f"{said}; nothing was half-written\n")


def test_changes_are_2_only_where_the_detail_was_asked_for(
    installed: Plants, command: Command
) -> None:
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    assert command("plan", "--ref", BRANCH, **given).code == 0
    assert command("plan", "--ref", BRANCH, "--detailed-exitcode", **given).code == 2


def test_a_server_that_does_not_answer_is_1(plants: Plants, command: Command) -> None:
    done = command("plan", cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1/mes")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: cannot connect to PostgreSQL at 127.0.0.1")


def test_a_missing_signoff_is_3_for_plan_and_apply(installed: Plants, command: Command) -> None:
    text = (installed.folder.path / SIGNED).read_text(encoding="utf-8")
    installed.folder.write(SIGNED, text.partition("signoffs:")[0])
    installed.repository.commit("Take the signature away")
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    planned = command("plan", **given)
    applied = command("apply", "--yes", **given)
    assert (planned.code, applied.code) == (3, 3)
    assert "signoff-missing" in planned.out
    assert "the plan is blocked" in applied.err


def test_a_dirty_working_tree_is_3_for_apply_unless_allowed(
    installed: Plants, command: Command
) -> None:
    edit(installed, 301)
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    assert command("plan", **given).code == 0
    assert command("apply", "--yes", **given).code == 3
    assert command("apply", "--yes", "--allow-dirty", **given).code == 0


def test_a_lock_held_by_another_run_is_5_and_names_who_holds_it(
    installed: Plants, command: Command
) -> None:
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    with lock_held(installed.owner_url):
        done = command("apply", "--ref", BRANCH, "--yes", "--lock-timeout", "0.1", **given)
    assert done.code == 5
    assert "the installation is locked by" in done.err
    assert command("plan", "--ref", BRANCH, "--detailed-exitcode", **given).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--detailed-exitcodes"),
        ("plna",),
        ("db", "migrat"),
        ("--no-such-flag",),
        ("plan", "--format", "yaml"),
        ("plan", "extra"),
        ("apply", "--yes", "--lock-timeout", "soon"),
        ("apply", "--yes", "--lock-timeout", "0"),
        ("schema",),
        ("apply",),
        ("drift", "--heal"),
        (),
    ],
)
def test_a_mistake_in_the_arguments_is_64(
    plants: Plants, command: Command, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments, cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1/mes")
    assert (done.code, done.out) == (64, "")
    assert done.err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("plan", "--help"), ("db", "-h"), ("--version",)]
)
def test_being_asked_for_help_is_0(command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_an_apply_that_waits_for_the_lock_ends_at_a_signal_and_leaves_nothing(
    installed: Plants, command: Command, tmp_path: Path, sent: signal.Signals, code: int, said: str
) -> None:
    runs = "SELECT status, message FROM reconcile_runs WHERE status <> 'applied'"
    assert installed.execute(runs) == []
    arguments = ("apply", "--ref", BRANCH, "--yes")
    with lock_held(installed.owner_url):
        process = subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=installed.root,
            env=clean_environment(tmp_path, DATABASE_URL=installed.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        _wait_until_waiting(installed)
        os.kill(process.pid, sent)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == code
    assert f"{said}; nothing was half-written" in errors
    assert "Traceback" not in errors
    assert installed.execute(runs) == [("failed", "interrupted before it was committed")]
    again = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert again.code == 0, again.err


def _wait_until_waiting(plants: Plants) -> None:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    give_up = time.monotonic() + 30
    while plants.execute(waiting) == [(0,)]:
        assert time.monotonic() < give_up, "the apply never came to wait for the lock"
        time.sleep(0.05)
