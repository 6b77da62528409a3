"""``apply plan.json`` does exactly that plan or nothing, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BRANCH, Command, Plants, Ran


@pytest.fixture
def plan_file(installed: Plants, command: Command, tmp_path: Path) -> Path:
    """The plan of the branch, written to a file."""
    path = tmp_path / "plan.json"
    arguments = ("plan", "--ref", BRANCH, "--base", "main", "--out", str(path))
    assert command(*arguments, cwd=installed.root, DATABASE_URL=installed.url).code == 0
    return path


def applied(installed: Plants, command: Command, plan_file: Path, *arguments: str) -> Ran:
    return command(
        "apply",
        str(plan_file),
        *arguments,
        "--yes",
        "--json",
        cwd=installed.root,
        DATABASE_URL=installed.url,
    )


def live(installed: Plants) -> list[tuple[object, ...]]:
    return installed.execute(
        "SELECT site_id, extension_id, config_hash FROM site_extension_configs ORDER BY 1, 2"
    )


def test_exactly_the_plan_is_applied(installed: Plants, command: Command, plan_file: Path) -> None:
    before = set(live(installed))
    done = applied(installed, command, plan_file)
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    assert done.code == 0, done.err
    new = set(live(installed)) - before
    assert {(str(site), extension, written) for site, extension, written in new} == {
        (change["site_id"], change["extension"], change["new_hash"]) for change in plan["changes"]
    }
    assert len(before - set(live(installed))) == 1


def test_a_plan_is_applied_once(installed: Plants, command: Command, plan_file: Path) -> None:
    assert applied(installed, command, plan_file).code == 0
    before = live(installed)
    assert applied(installed, command, plan_file).code == 4
    assert live(installed) == before


def test_one_altered_byte_is_refused(installed: Plants, command: Command, plan_file: Path) -> None:
    text = plan_file.read_text(encoding="utf-8")
    before = live(installed)
    assert text.count('"new": 600') == 1
    plan_file.write_text(text.replace('"new": 600', '"new": 601'), encoding="utf-8")
    done = applied(installed, command, plan_file)
    assert (done.code, done.out) == (1, "")
    assert "was altered after it was made" in done.err
    assert live(installed) == before


def test_a_live_row_that_moved_makes_the_plan_stale(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    edit = (
        "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 5}'"
    )
    installed.execute(f"{edit} WHERE extension_id = 'erp-file-gateway'")
    before = live(installed)
    assert applied(installed, command, plan_file).code == 4
    assert live(installed) == before


def test_a_row_that_a_narrowed_plan_is_not_about_may_move(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "hartford.json"
    arguments = ("plan", "--ref", BRANCH, "--site", "hartford", "--out", str(path))
    assert command(*arguments, cwd=installed.root, DATABASE_URL=installed.url).code == 0
    installed.execute(
        "UPDATE site_extension_configs SET configuration = '{}'"
        " WHERE extension_id = 'erp-file-gateway'"
    )
    done = applied(installed, command, path)
    assert done.code == 0, done.err
    assert len(live(installed)) == 40


def test_a_branch_that_moved_makes_the_plan_stale(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    before = live(installed)
    installed.repository.git("checkout", "--quiet", BRANCH)
    name = "sites/penang/extensions/erp-file-gateway.yaml"
    installed.folder.replace(name, "syncInterval: 600", "syncInterval: 601")
    installed.repository.commit("One more second")
    installed.repository.git("checkout", "--quiet", "main")
    assert applied(installed, command, plan_file, "--ref", BRANCH).code == 4
    assert live(installed) == before


def test_another_commit_than_the_plans_is_stale(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    assert applied(installed, command, plan_file, "--ref", "main").code == 4


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"plan_id": 7}', "\x00\xff", "{"])
def test_what_is_no_plan_is_refused(
    installed: Plants, command: Command, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="latin-1")
    done = applied(installed, command, path)
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err
    assert "is not a plan" in done.err or "was altered" in done.err


def test_a_missing_plan_file_is_an_error(installed: Plants, command: Command) -> None:
    done = applied(installed, command, installed.root / "absent.json")
    assert done.code == 1
    assert "No such file" in done.err
