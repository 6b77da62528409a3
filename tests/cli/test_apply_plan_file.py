"""``apply plan.json`` does exactly that plan or nothing, once."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.cli.requests import read_plan
from reconciler.model.errors import ReconcilerError
from tests.cli.conftest import BRANCH, Command, Plants, Ran
from tests.support.databases import fresh_database
from tests.support.plan_inputs import change, difference, plan_with

PLAN = plan_with(change(differences=(difference("/a", "ö", {"b": [1, True, None]}),)))


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


def refusals(installed: Plants) -> list[tuple[str]]:
    """Return what the rows about refused runs say."""
    return installed.execute(
        "SELECT message FROM reconcile_runs WHERE status = 'refused' ORDER BY recorded_at"
    )


def test_a_plan_is_applied_once(installed: Plants, command: Command, plan_file: Path) -> None:
    assert applied(installed, command, plan_file).code == 0
    before = live(installed)
    again = applied(installed, command, plan_file)
    assert again.code == 4
    assert "this plan was applied before, by run" in again.err
    assert live(installed) == before


def test_a_plan_for_another_database_is_refused(
    installed: Plants, command: Command, plan_file: Path, server_url: str, installed_template: str
) -> None:
    with fresh_database(server_url, installed_template) as url:
        other = replace(installed, owner_url=url)
        before = live(other)
        done = applied(other, command, plan_file)
        assert done.code == 4
        assert "the plan was made for another database" in done.err
        here, there = (urlsplit(each).path[1:] for each in (installed.owner_url, url))
        assert f"database: {here}, and here {there}" in done.err
        assert live(other) == before


def test_one_altered_byte_is_refused(installed: Plants, command: Command, plan_file: Path) -> None:
    text = plan_file.read_text(encoding="utf-8")
    before = live(installed)
    assert text.count('"new": 600') == 1
    plan_file.write_text(text.replace('"new": 600', '"new": 601'), encoding="utf-8")
    done = applied(installed, command, plan_file)
    assert (done.code, done.out) == (1, "")
    assert "was altered after it was made" in done.err
    assert live(installed) == before
    assert refusals(installed) == [
        (f"{plan_file} was altered after it was made: its plan_id does not fit its content",)
    ]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=st.data())
def test_no_edit_of_one_byte_is_taken_for_the_plan(tmp_path: Path, edit: st.DataObject) -> None:
    written = PLAN.to_json().encode()
    position = edit.draw(st.integers(0, len(written) - 1))
    byte = edit.draw(st.integers(0, 255).filter(lambda byte: byte != written[position]))
    how = edit.draw(st.sampled_from(["replaced", "inserted", "removed"]))
    kept = written[position + 1 :] if how != "inserted" else written[position:]
    path = tmp_path / "plan.json"
    path.write_bytes(written[:position] + (b"" if how == "removed" else bytes([byte])) + kept)
    with pytest.raises(ReconcilerError):
        read_plan(path)


def test_a_live_row_that_moved_makes_the_plan_stale(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    edit = (
        "UPDATE site_extension_configs SET configuration = configuration || '{\"syncInterval\": 5}'"
    )
    installed.execute(
        f"SET application_name = 'night-shift'; {edit} WHERE extension_id = 'erp-file-gateway'"
    )
    before = live(installed)
    done = applied(installed, command, plan_file)
    assert done.code == 4
    assert re.search(
        r"penang / erp-file-gateway: reconfigured by \S+ using night-shift "
        r"at 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC",
        done.err,
    ), done.err
    assert live(installed) == before


def test_rows_that_moved_are_told_even_where_so_many_of_them_block_the_plan(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    installed.execute("UPDATE site_extension_configs SET configuration = '{}'")
    before = live(installed)
    done = applied(installed, command, plan_file)
    assert json.loads(done.out)["blocked"]
    assert done.code == 4
    assert "penang / erp-file-gateway: reconfigured by" in done.err
    assert live(installed) == before


def test_a_row_that_another_run_changed_is_told_with_that_run(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    environment = {"cwd": installed.root, "DATABASE_URL": installed.url}
    assert command("apply", "--ref", BRANCH, "--site", "penang", "--yes", **environment).code == 0
    done = applied(installed, command, plan_file)
    ((run,),) = installed.execute(
        "SELECT id FROM reconcile_runs WHERE status = 'applied' ORDER BY recorded_at DESC LIMIT 1"
    )
    assert done.code == 4
    assert f"run {run}" in done.err


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
    done = applied(installed, command, plan_file)
    assert done.code == 4
    assert f"{BRANCH} has moved since the plan was made" in done.err
    assert re.search(r"1 new, the newest by .* <.*>: One more second", done.err)
    assert applied(installed, command, plan_file, "--ref", BRANCH).code == 4
    assert live(installed) == before


def test_no_name_from_git_stands_in_the_record_of_a_refusal_as_it_is(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    installed.repository.git("checkout", "--quiet", BRANCH)
    name = "sites/penang/extensions/erp-file-gateway.yaml"
    installed.folder.replace(name, "syncInterval: 600", "syncInterval: 601")
    installed.repository.git("config", "user.name", "Eve \x1b[31m\u202eil")
    installed.repository.commit("One \x1b]0;more\x07 second")
    installed.repository.git("checkout", "--quiet", "main")
    assert applied(installed, command, plan_file).code == 4
    ((message,),) = installed.execute("SELECT message FROM reconcile_runs WHERE status = 'refused'")
    assert "One \\u001b]0;more\\u0007 second" in message
    assert [line for line in message.splitlines() if not line.isprintable()] == []


def test_a_branch_that_is_gone_asks_for_the_commit_by_name(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    commit = installed.repository.git("rev-parse", BRANCH)
    installed.repository.git("branch", "--quiet", "-m", BRANCH, "elsewhere")
    done = applied(installed, command, plan_file)
    assert done.code == 4
    assert f"--ref {commit[:12]}" in done.err
    assert applied(installed, command, plan_file, "--ref", commit).code == 0


def test_a_catalog_change_that_brings_a_conflict_blocks_the_plan_that_was_made_before(
    installed: Plants, command: Command, plan_file: Path
) -> None:
    before = live(installed)
    installed.repository.git("checkout", "--quiet", BRANCH)
    manifest = installed.folder.path / "catalog/extensions/erp-file-gateway/1.2.0.yaml"
    text = manifest.read_text(encoding="utf-8")
    conflict = "{explicit: [{id: spc-engine, reason: They share a port}]}"
    manifest.write_text(f"{text}\nconflicts: {conflict}\n", encoding="utf-8")
    installed.repository.commit("The gateway does not go together with another")
    installed.repository.git("checkout", "--quiet", "main")
    done = applied(installed, command, plan_file)
    assert done.code == 3
    assert "what it says now is blocked" in done.err
    assert "conflict-explicit" in done.err
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
