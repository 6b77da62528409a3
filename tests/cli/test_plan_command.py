"""A pull request's plan: its own changes, field by field, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reconciler.model.canonical import content_hash
from reconciler.model.plan import Plan
from tests.cli.conftest import BRANCH, Command, Plants

PULL_REQUEST = ("plan", "--ref", BRANCH, "--base", "main")


def changes_of(text: str) -> list[tuple[str, str, str, str]]:
    content: dict[str, Any] = json.loads(text)
    return [
        (found["site"], found["extension"], found["action"], found["origin"])
        for found in content["changes"]
    ]


def test_a_branch_that_changes_two_files_plans_exactly_those_two(
    installed: Plants, command: Command
) -> None:
    done = command(*PULL_REQUEST, "--json", cwd=installed.root, DATABASE_URL=installed.url)
    assert (done.code, done.err) == (0, "")
    assert changes_of(done.out) == [
        ("hartford", "material-cert-fields", "activate", "pull-request"),
        ("penang", "erp-file-gateway", "reconfigure", "pull-request"),
    ]
    differences = [change["differences"] for change in json.loads(done.out)["changes"]]
    assert [(found["pointer"], found["new"]) for found in differences[0]] == [
        ("/certificateTypes", ["3.1", "3.2"]),
        ("/heatNumberRequired", True),
        ("/materialGroups", ["TI001", "NI002"]),
    ]
    (interval,) = differences[1]
    assert interval["source"] == "desired-state/sites/penang/extensions/erp-file-gateway.yaml"
    assert [interval[key] for key in ("pointer", "operation", "old", "new")] == [
        "/syncInterval",
        "replace",
        300,
        600,
    ]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_text_and_markdown_show_the_two_changes_and_their_fields(
    installed: Plants, command: Command, form: str
) -> None:
    arguments = (*PULL_REQUEST, "-v", "--format", form)
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert done.code == 0
    for line in ("- /syncInterval: 300", "+ /syncInterval: 600"):
        assert f"{line}\n" in done.out
    assert "1 to activate, 1 to reconfigure, at 2 sites" in done.out
    assert "Changes of this pull request" in done.out
    assert "galway" not in done.out


def test_a_plan_validates_against_its_schema_and_its_id_recomputes(
    installed: Plants, command: Command
) -> None:
    done = command(*PULL_REQUEST, "--json", cwd=installed.root, DATABASE_URL=installed.url)
    content = json.loads(done.out)
    jsonschema_rs.validator_for(Plan.model_json_schema()).validate(content)
    plan_id = content.pop("plan_id")
    assert plan_id == content_hash(content)
    assert (content["complete"], content["applyable"], content["errored"]) == (True, True, False)
    assert content["desired"] == {
        "commit": installed.repository.git("rev-parse", BRANCH),
        "dirty": False,
        "ref": f"refs/heads/{BRANCH}",
    }


def test_the_file_of_a_plan_is_what_json_prints(
    installed: Plants, command: Command, tmp_path: Path
) -> None:
    arguments = (*PULL_REQUEST, "--json", "--out", str(tmp_path / "plan.json"))
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == done.out


@pytest.mark.parametrize("form", ["json", "text", "markdown"])
def test_the_same_plan_is_the_same_bytes_in_every_surrounding(
    installed: Plants, program: Command, form: str
) -> None:
    edit = "UPDATE site_extension_configs SET configuration = '{}' WHERE extension_id = %s"
    installed.execute(edit, "erp-file-gateway")
    arguments = (*PULL_REQUEST, "--format", form)
    surroundings: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", "PGTZ": "Asia/Tokyo"},
        {"PYTHONHASHSEED": "3", "LC_ALL": "de_DE.ISO-8859-1", "PGTZ": "America/New_York"},
        {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "COLUMNS": "40", "CI": "true"},
    ]
    answers = {
        program(*arguments, cwd=installed.root, DATABASE_URL=installed.url, **surrounding)
        for surrounding in (surroundings if form == "json" else surroundings[1:3])
    }
    (only,) = answers
    assert (only.code, only.err) == (0, "")
    assert "syncInterval" in only.out


def test_the_order_of_keys_in_a_file_does_not_alter_the_plan(
    installed: Plants, command: Command
) -> None:
    def planned() -> Any:
        done = command("plan", "--json", cwd=installed.root, DATABASE_URL=installed.url)
        content = json.loads(done.out)
        return content["changes"], content["live_fingerprint"]

    name = "sites/penang/extensions/erp-file-gateway.yaml"
    installed.folder.replace(name, "syncInterval: 300", "syncInterval: 301")
    before = planned()
    installed.folder.replace(name, "  sftpHost: files.penang.example\n", "")
    text = (installed.folder.path / name).read_text(encoding="utf-8")
    installed.folder.write(name, text + "  sftpHost: files.penang.example\n")
    assert planned() == before
    assert len(before[0]) == 1


def test_a_plan_narrowed_by_globs_says_so(installed: Plants, command: Command) -> None:
    arguments = (*PULL_REQUEST, "--site", "pen*", "--extension", "erp-*", "--json")
    done = command(*arguments, cwd=installed.root, DATABASE_URL=installed.url)
    assert [found[0] for found in changes_of(done.out)] == ["penang"]
    assert json.loads(done.out)["filters"] == ["site=pen*", "extension=erp-*"]


def test_planning_writes_no_row(installed: Plants, command: Command) -> None:
    counts = (
        "SELECT (SELECT count(*) FROM reconcile_runs),"
        " (SELECT count(*) FROM configuration_audit_log),"
        " (SELECT count(*) FROM site_extension_config_versions),"
        " (SELECT count(*) FROM configuration_snapshots)"
    )
    before = installed.execute(counts)
    assert command(*PULL_REQUEST, cwd=installed.root, DATABASE_URL=installed.url).code == 0
    assert installed.execute(counts) == before
