"""What a user sees where only records follow the catalog: verdict, exit code, and done once."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Plants, Ran, clean_environment

MANIFEST = "catalog/extensions/erp-file-gateway/1.2.0.yaml"
VERDICT = (
    "No configuration changes; the records of dependencies, conflicts and required signatures at "
)


@pytest.fixture
def asking(installed: Plants) -> Plants:
    """An installation whose catalog asks for one signature more than when it was applied."""
    installed.folder.replace(MANIFEST, "requiresSignoff: false", "requiresSignoff: true")
    installed.repository.commit("Ask for a review")
    return installed


def ran(plants: Plants, command: Command, *arguments: str, **environment: str) -> Ran:
    return command(*arguments, cwd=plants.root, DATABASE_URL=plants.url, **environment)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_says_that_records_follow_the_catalog(
    asking: Plants, command: Command, form: str
) -> None:
    done = ran(asking, command, "plan", "--format", form)
    assert done.code == 0
    assert VERDICT in done.out.splitlines()[0]


def test_a_terminal_says_it_too(asking: Plants, command: Command) -> None:
    done = ran(asking, command, "plan", FORCE_COLOR="1", COLUMNS="300")
    assert VERDICT in done.out
    assert "\x1b[1;33m" in done.out.splitlines()[0]


def test_a_refresh_is_a_difference_where_the_detail_was_asked_for(
    asking: Plants, command: Command
) -> None:
    assert ran(asking, command, "plan", "--detailed-exitcode").code == 2


def test_apply_does_it_once(asking: Plants, command: Command) -> None:
    first = ran(asking, command, "apply", "--yes")
    assert first.code == 0
    assert "Applied in one transaction" in first.err
    assert ("file-exchange-procedure",) in asking.execute(
        "SELECT aspect FROM compliance_requirements"
    )
    second = ran(asking, command, "apply", "--yes")
    assert (second.code, second.err) == (0, "No changes. The database is as desired.\n")


def test_a_plan_file_of_a_refresh_is_applied_once(
    asking: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    ran(asking, command, "plan", "--out", str(path))
    plan = json.loads(path.read_text(encoding="utf-8"))
    assert (plan["changes"], plan["applyable"]) == ([], True)
    assert plan["refreshes"] == sorted(plan["refreshes"]) != []
    assert ran(asking, command, "apply", str(path), "--yes").code == 0
    assert ran(asking, command, "apply", str(path), "--yes").code == 4


def test_a_refresh_that_was_not_confirmed_is_not_applied(asking: Plants, tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    os.write(terminal, b"n\n")
    with os.fdopen(terminal, "rb", buffering=0), os.fdopen(inside, "rb", buffering=0) as answers:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "apply"],
            cwd=asking.root,
            env=clean_environment(tmp_path, DATABASE_URL=asking.url),
            stdin=answers,
            stderr=answers,
            stdout=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert VERDICT.encode() in done.stdout
    assert asking.execute("SELECT count(*) FROM reconcile_runs") == [(1,)]
