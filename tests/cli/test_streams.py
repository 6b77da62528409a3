"""Data to stdout, everything else to stderr; colour where it is wanted; a reader may go away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BRANCH, Command, Plants, clean_environment

ESCAPE = "\x1b["


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "--json"),
        ("--json", "validate"),
        ("plan", "--json", "--ref", BRANCH),
        ("--json", "plan", "-vv"),
        ("drift", "--json"),
        ("db", "status", "--json"),
        ("apply", "--json", "--yes", "--ref", BRANCH),
        ("schema", "extension"),
    ],
    ids=" ".join,
)
def test_json_is_all_there_is_on_stdout(
    installed: Plants, command: Command, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url, FORCE_COLOR="1")
    assert done.code == 0
    assert isinstance(json.loads(done.out), dict)
    assert ESCAPE not in done.out


def test_what_was_done_is_said_on_stderr(installed: Plants, command: Command) -> None:
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    done = command("apply", "--yes", "--ref", BRANCH, "--json", **given)
    assert "run" not in json.loads(done.out)
    assert "Applied in one transaction" in done.err
    quiet = command("apply", "--yes", "--ref", BRANCH, "-q", "--json", **given)
    assert quiet.err == ""


def test_an_error_is_said_on_stderr_and_stdout_stays_empty(
    plants: Plants, program: Command
) -> None:
    done = program("plan", "--json", cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colour_is_shown_only_where_it_is_asked_for_off_a_terminal(
    plants: Plants,
    command: Command,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    colored: bool,
) -> None:
    plants.folder.write("sites/galway/site.yml", "")
    done = command("validate", *arguments, cwd=plants.root, **environment)
    assert done.code == 1
    assert (ESCAPE in done.out) == colored
    assert "misplaced-file" in done.out


@pytest.mark.parametrize("terminal", ["xterm-256color", "dumb"])
def test_in_a_log_with_colour_no_line_begins_in_the_middle_of_a_value(
    installed: Plants, command: Command, terminal: str
) -> None:
    owned = "/mes" + " ::error::owned" * 40
    name = "sites/penang/extensions/erp-file-gateway.yaml"
    installed.folder.replace(name, "/mes/rejected", json.dumps(owned))
    planned = {"cwd": installed.root, "DATABASE_URL": installed.url, "FORCE_COLOR": "1"}
    done = command("plan", TERM=terminal, **planned)
    assert owned in done.out
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("arguments", [("schema", "extension"), ("validate", "--json")])
def test_a_reader_that_goes_away_leaves_no_traceback(
    plants: Plants, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    for number in range(200):
        plants.folder.write(f"sites/galway/extensions/{number}.yml", "")
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=plants.root,
        env=clean_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read().decode()
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors


def test_an_unwritable_plan_file_is_an_error(installed: Plants, command: Command) -> None:
    arguments = ("plan", "--out", str(installed.root / "absent/plan.json"))
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert (done.code, done.out) == (1, "")
    assert "cannot write" in done.err


def test_an_apply_whose_readers_have_gone_is_applied_and_says_so_by_its_code(
    installed: Plants, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--ref", BRANCH]
    with subprocess.Popen(
        command,
        cwd=installed.root,
        env=clean_environment(tmp_path, DATABASE_URL=installed.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as program:
        assert program.stdout is not None
        program.stdout.close()
        assert program.wait(timeout=60) == 0
    runs = installed.execute("SELECT status FROM reconcile_runs ORDER BY recorded_at DESC LIMIT 1")
    assert runs == [("applied",)]


def test_healing_names_what_it_leaves_to_apply(installed: Plants, command: Command) -> None:
    installed.execute(
        "UPDATE site_extension_configs SET configuration = configuration || %s::jsonb "
        "WHERE extension_id = 'erp-file-gateway' AND version = '1.2.0'",
        '{"syncInterval": 9}',
    )
    given = {"cwd": installed.root, "DATABASE_URL": installed.url}
    done = command("drift", "--heal", "--yes", "--detailed-exitcode", "--ref", BRANCH, **given)
    assert done.code == 2
    assert "left to apply: penang / erp-file-gateway drifted" in done.err
