"""The GitHub workflows: safe by construction, and their decisions run as GitHub runs them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "workflows"
NAMES = ("apply.yml", "ci.yml", "drift.yml", "plan.yml")
PINNED = re.compile(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
WRITES = {"plan.yml": {"pull-requests"}}


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return loaded


def steps_of(name: str) -> list[dict[str, Any]]:
    return [step for job in load(name)["jobs"].values() for step in job["steps"]]


def script(name: str, step: str) -> str:
    found = [s["run"] for s in steps_of(name) if s.get("name") == step]
    assert len(found) == 1
    return str(found[0])


def test_every_workflow_is_checked_here() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_by_commit(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    uses = [line.strip().removeprefix("- ") for line in lines if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_expression_reaches_a_script(name: str) -> None:
    scripts = [step["run"] for step in steps_of(name) if "run" in step]
    assert scripts
    assert [text for text in scripts if "${{" in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_scripts_are_valid_bash(name: str) -> None:
    for step in steps_of(name):
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True)


@pytest.mark.parametrize("name", NAMES)
def test_permissions_are_least(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {"contents": "read"}
    granted = [job.get("permissions", {}).items() for job in workflow["jobs"].values()]
    writes = {scope for items in granted for scope, access in items if access != "read"}
    assert writes == WRITES.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_checkout_leaves_no_credentials(name: str) -> None:
    checkouts = [s for s in steps_of(name) if s.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False]


def test_apply_is_never_cancelled_and_is_protected() -> None:
    workflow = load("apply.yml")
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["jobs"]["apply"]["environment"] == "production"


@dataclass(frozen=True)
class Repository:
    """A real repository that steps run in."""

    path: Path

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@acme.example", *arguments]
        done = subprocess.run(command, cwd=self.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, file: str, text: str) -> str:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Write {file}")
        return self.git("rev-parse", "HEAD")

    def run(self, text: str, **variables: str) -> tuple[int, dict[str, str]]:
        """Run a step's script as GitHub does; return its exit code and outputs."""
        output = self.path.parent / "output"
        output.write_text("", encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
            cwd=self.path,
            env={"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(output), **variables},
            check=False,
            capture_output=True,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "work")
    found.path.mkdir()
    found.git("init", "--quiet", "--initial-branch", "main")
    found.commit("desired-state/sites/a/site.yaml", "one\n")
    return found


@pytest.mark.parametrize(
    ("file", "touched"), [("desired-state/users.yaml", "true"), ("README.md", "false")]
)
def test_plan_looks_at_what_the_pull_request_itself_touches(
    repository: Repository, file: str, touched: str
) -> None:
    repository.git("switch", "--quiet", "--create", "feature")
    repository.commit(file, "mine\n")
    repository.git("switch", "--quiet", "main")
    base = repository.commit("desired-state/sites/b/site.yaml", "merged meanwhile\n")
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge", "feature")
    sha = repository.git("rev-parse", "HEAD")
    code, outputs = repository.run(
        script("plan.yml", "Is the desired state touched?"), GITHUB_SHA=sha
    )
    assert code == 0
    assert outputs == {"base": base, "desired-state": touched}


@pytest.mark.parametrize(("status", "code"), [("0", 0), ("2", 0), ("3", 3), ("1", 1), ("127", 127)])
def test_plan_fails_the_job_unless_it_can_be_applied(
    repository: Repository, status: str, code: int
) -> None:
    assert repository.run(script("plan.yml", "Verdict"), STATUS=status)[0] == code


def test_apply_goes_on_when_nothing_newer_was_merged(repository: Repository) -> None:
    sha = repository.commit("desired-state/users.yaml", "mine\n")
    repository.commit("README.md", "later, elsewhere\n")
    step = script("apply.yml", "Is this still the newest desired state?")
    assert repository.run(step, GITHUB_SHA=sha) == (0, {"newest": "true"})


def test_apply_leaves_it_to_the_newer_run_when_superseded(repository: Repository) -> None:
    sha = repository.commit("desired-state/users.yaml", "mine\n")
    repository.commit("desired-state/users.yaml", "newer\n")
    step = script("apply.yml", "Is this still the newest desired state?")
    assert repository.run(step, GITHUB_SHA=sha) == (0, {"newest": "false"})


def test_apply_refuses_a_commit_that_left_the_branch(repository: Repository) -> None:
    sha = repository.commit("desired-state/users.yaml", "mine\n")
    repository.git("reset", "--quiet", "--hard", "HEAD^")
    step = script("apply.yml", "Is this still the newest desired state?")
    assert repository.run(step, GITHUB_SHA=sha) == (1, {})


@pytest.mark.parametrize(
    ("name", "step"), [("apply.yml", "Apply"), ("drift.yml", "Look for drift")]
)
def test_missing_secret_is_an_error_where_it_is_needed(
    repository: Repository, name: str, step: str
) -> None:
    assert repository.run(script(name, step), DATABASE_URL="")[0] == 1
