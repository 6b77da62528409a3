"""``plan --ref`` reads git's objects: nothing in the clone is touched, none of its programs run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import BRANCH, Command, Plants

EDITED = "sites/penang/extensions/erp-file-gateway.yaml"


def planned(plants: Plants, command: Command, *arguments: str, cwd: Path | None = None) -> Any:
    done = command(
        "plan",
        "--json",
        *arguments,
        cwd=cwd or plants.root,
        DATABASE_URL=plants.url,
    )
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def keys(plan: Any) -> list[tuple[str, str]]:
    return [(change["site"], change["extension"]) for change in plan["changes"]]


BOTH = [("hartford", "material-cert-fields"), ("penang", "erp-file-gateway")]


def _trap(plants: Plants) -> Path:
    """Configure everything that git would run, so that each leaves a trace."""
    trace = plants.root.parent / "trace"
    script = plants.root.parent / "leave-trace"
    script.write_text(f'#!/bin/sh\necho "$0" >> {trace}\n', encoding="utf-8")
    script.chmod(0o755)
    hooks = plants.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        (hooks / name).write_bytes(script.read_bytes())
        (hooks / name).chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.editor"):
        plants.repository.git("config", setting, str(script))
    plants.repository.git("config", "log.showSignature", "true")
    trace.unlink(missing_ok=True)
    return trace


def test_planning_another_commit_touches_nothing_and_runs_nothing(
    installed: Plants, command: Command
) -> None:
    installed.folder.replace(EDITED, "syncInterval: 300", "syncInterval: 301")
    installed.folder.write("sites/penang/extensions/untracked.yaml", "{{{")
    trace = _trap(installed)
    before = installed.repository.listing()
    plan = planned(installed, command, "--ref", BRANCH, "--base", "main")
    assert keys(plan) == BOTH
    assert plan["desired"]["dirty"] is False
    assert installed.repository.listing() == before
    assert not trace.exists()


def test_reading_the_working_tree_runs_nothing_of_the_repositorys_either(
    installed: Plants, command: Command
) -> None:
    installed.folder.replace(EDITED, "syncInterval: 300", "syncInterval: 301")
    trace = _trap(installed)
    before = installed.repository.listing()
    plan = planned(installed, command)
    assert keys(plan) == [("penang", "erp-file-gateway")]
    assert installed.repository.listing() == before
    assert not trace.exists()


def test_a_commit_is_planned_while_the_folder_is_absent_from_the_branch_checked_out(
    installed: Plants, command: Command
) -> None:
    installed.repository.git("checkout", "--quiet", "--orphan", "empty")
    installed.repository.git("rm", "-r", "--quiet", "--force", ".")
    assert not installed.folder.path.exists()
    assert keys(planned(installed, command, "--ref", BRANCH)) == BOTH


def test_a_commit_is_planned_from_a_subfolder(installed: Plants, command: Command) -> None:
    below = installed.root / "docs/deep"
    below.mkdir(parents=True)
    arguments = ("--desired-state", "../../desired-state", "--ref", BRANCH)
    assert keys(planned(installed, command, *arguments, cwd=below)) == BOTH


def test_a_commit_is_planned_in_a_linked_work_tree(installed: Plants, command: Command) -> None:
    other = installed.root.parent / "other"
    installed.repository.git("worktree", "add", "--quiet", "--detach", str(other), "main")
    assert keys(planned(installed, command, "--ref", BRANCH, cwd=other)) == BOTH


@pytest.mark.parametrize("kind", ["commit", "tag", "remote"])
def test_a_commit_may_be_named_in_every_way_git_has(
    installed: Plants, command: Command, kind: str
) -> None:
    commit = installed.repository.git("rev-parse", BRANCH)
    installed.repository.git("tag", "release")
    installed.repository.git("update-ref", "refs/tags/release", commit)
    installed.repository.git("update-ref", "refs/remotes/origin/topic", commit)
    ref = {"commit": commit[:9], "tag": "release", "remote": "origin/topic"}[kind]
    assert planned(installed, command, "--ref", ref)["desired"]["commit"] == commit


@pytest.mark.parametrize("ref", ["", "no-such-branch", "--help"])
def test_a_ref_that_names_nothing_is_an_error_and_never_the_working_tree(
    plants: Plants, command: Command, ref: str
) -> None:
    done = command("plan", f"--ref={ref}", cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1")
    assert (done.code, done.out) == (1, "")
    assert f"there is no commit {ref!r}" in done.err


def test_a_base_that_names_nothing_is_an_error(plants: Plants, command: Command) -> None:
    done = command("plan", "--base", "", cwd=plants.root, DATABASE_URL="postgresql://127.0.0.1:1")
    assert (done.code, done.out) == (1, "")
    assert "there is no commit ''" in done.err
