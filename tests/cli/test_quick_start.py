"""A quick start: no command loads what it has no use for.

What is loaded is looked at, and not the time it takes, which hangs on the machine.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import clean_environment
from tests.support.desired_folder import EXAMPLE

DATABASE = {"psycopg", "tenacity", "asyncio", "ssl"}
DRAWING = {"rich", "jinja2"}
READING = {"pydantic", "git", "yaml", "jsonschema_rs"}


def _loaded(folder: Path, *arguments: str, code: int = 0) -> set[str]:
    """Run the program in a process of its own; return the packages and modules it loaded."""
    script = (
        "import sys\n"
        "from reconciler.cli.main import run\n"
        f"code = run({list(arguments)!r})\n"
        "print(code, *sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(folder),
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    ended, *names = done.stderr.splitlines()[-1].split()
    assert ended == str(code), done.stderr
    return set(names)


def test_the_help_of_the_program_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not _loaded(tmp_path, "--help") & (DATABASE | DRAWING | READING)


def test_validating_loads_neither_a_database_nor_what_draws(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, "--desired-state", str(EXAMPLE), "validate")
    assert loaded >= READING
    assert not loaded & (DATABASE | DRAWING)
    assert not [name for name in loaded if name.startswith("reconciler.database")]


def test_refusing_what_is_not_there_loads_neither_a_database_nor_what_draws(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, "--desired-state", "nowhere", "validate", code=1)
    assert not loaded & (DATABASE | DRAWING)


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
def test_validating_loads_the_one_format_that_is_asked_for(tmp_path: Path, form: str) -> None:
    loaded = _loaded(tmp_path, "--desired-state", str(EXAMPLE), "validate", "--format", form)
    ours = {name for name in loaded if name.startswith("reconciler.report.diagnostics_")}
    assert f"reconciler.report.diagnostics_{form}" in ours
    # The text is what errors are told in.
    left = {"reconciler.report.diagnostics_text", f"reconciler.report.diagnostics_{form}"}
    assert ours <= left


@pytest.mark.parametrize("command", ["plan", "drift", "apply"])
def test_commands_on_the_database_load_no_report_before_there_is_something_to_show(
    tmp_path: Path, command: str
) -> None:
    assert not _loaded(tmp_path, command, "--help") & DRAWING
