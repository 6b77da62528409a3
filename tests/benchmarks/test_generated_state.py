"""The generated installation that speed is measured on: the same each time, and valid."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import shape
from benchmarks.repository import part_branches, write_repository
from benchmarks.shape import Shape
from tests.cli.conftest import clean_environment

SMALL = Shape(sites=20, extensions=12)
BRANCHES = ("base", "head", "wide", "one-0", "one-9")


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", repository, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout


def commits(repository: Path) -> list[str]:
    return git(repository, "rev-parse", *BRANCHES).split()


def changed_files(repository: Path, branch: str) -> int:
    return len(git(repository, "diff", "--name-only", "base", branch).splitlines())


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "repository"
    write_repository(SMALL, folder)
    return folder


def test_the_same_shape_gives_the_same_commits(repository: Path, tmp_path: Path) -> None:
    write_repository(SMALL, tmp_path / "again")
    assert commits(tmp_path / "again") == commits(repository)


def test_another_seed_gives_another_state(repository: Path, tmp_path: Path) -> None:
    write_repository(Shape(SMALL.sites, SMALL.extensions, seed=2), tmp_path / "other")
    assert not set(commits(tmp_path / "other")) & set(commits(repository))


def test_each_branch_changes_as_much_as_it_says(repository: Path) -> None:
    assert changed_files(repository, "head") == round(SMALL.configurations * SMALL.share)
    assert changed_files(repository, "wide") == SMALL.configurations
    assert [changed_files(repository, f"one-{number}") for number in range(10)] == [1] * 10


def test_a_large_state_is_brought_in_by_parts_and_the_last_is_all_of_it(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shape, "MOST_RECONFIGURED", 100)
    write_repository(SMALL, tmp_path / "parts")
    branches = part_branches(SMALL)
    assert branches == ["part-1", "part-2", "base"]
    listed = [git(tmp_path / "parts", "ls-tree", "-r", branch) for branch in branches]
    assert [text.count("/site.yaml") for text in listed] == [8, 16, 20]
    assert listed[-1] == git(repository, "ls-tree", "-r", "base")


def test_nothing_is_on_the_disk_but_git_objects(repository: Path) -> None:
    assert [path.name for path in repository.iterdir()] == [".git"]
    listed = git(repository, "ls-tree", "-r", "--name-only", "base").splitlines()
    assert sum("/extensions/" in path and "/sites/" in path for path in listed) == 240


@pytest.mark.parametrize("branch", ["base", "head", "wide"])
def test_the_program_finds_nothing_wrong_with_a_branch(
    repository: Path, tmp_path: Path, branch: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "validate", "--ref", branch],
        cwd=repository,
        env=clean_environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "No findings.\n"), done.stdout
    assert "240 configurations at 20 sites" in done.stderr
