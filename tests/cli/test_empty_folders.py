"""No empty, missing, unreadable or wrong folder ever reads as "deactivate everything"."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import reconciler.cli.apply
import reconciler.cli.drift
import reconciler.cli.plan  # noqa: F401 - loaded before the test is another user
from reconciler.database.connection import connect
from tests.cli.conftest import Command, Plants, Ran
from tests.support.installation import table_digests

NOBODY = 65534
COMMANDS = (
    ("plan",),
    ("apply", "--yes", "--allow-dirty", "--allow-unmanage"),
    ("drift", "--heal", "--yes", "--allow-dirty"),
)
Making = Callable[[Plants], None]


def _missing(plants: Plants) -> None:
    shutil.rmtree(plants.folder.path)


def _empty(plants: Plants) -> None:
    _missing(plants)
    plants.folder.path.mkdir()


def _another_folder(plants: Plants) -> None:
    _empty(plants)
    plants.folder.write("README.md", "Not this one\n")
    plants.folder.write("charts/values.yaml", "replicas: 3\n")


def _nothing_but_settings(plants: Plants) -> None:
    settings = (plants.folder.path / "reconciler.yaml").read_bytes()
    _empty(plants)
    plants.folder.write("reconciler.yaml", settings)


def _a_file(plants: Plants) -> None:
    _missing(plants)
    plants.folder.path.write_text("desired", encoding="utf-8")


def _too_deep(plants: Plants) -> None:
    """Make a folder whose path is longer than the system takes: not even root can list it."""
    above = os.open(plants.folder.path / "sites", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=above)
        below = os.open("x" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda given: given[0])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_missing, "there is no folder"),
        (_a_file, "there is no folder"),
        (_empty, "the file reconciler.yaml is missing"),
        (_another_folder, "the file reconciler.yaml is missing"),
        (_nothing_but_settings, "the file users.yaml is missing"),
        (_too_deep, "a part of a desired state is never taken for the whole"),
    ],
)
def test_a_folder_that_is_none_is_an_error_and_nothing_is_written(
    installed: Plants, program: Command, make: Making, said: str, arguments: tuple[str, ...]
) -> None:
    make(installed)
    done, before, after = watched(installed, program, arguments)
    assert done.code == 1
    assert said in done.out + done.err
    assert "Traceback" not in done.err
    assert after == before


def _no_sites(plants: Plants) -> None:
    shutil.rmtree(plants.folder.path / "sites")


def _nothing_but_settings_and_users(plants: Plants) -> None:
    _no_sites(plants)
    for name in ("catalog", "profiles"):
        shutil.rmtree(plants.folder.path / name)


def _no_extensions(plants: Plants) -> None:
    for site in (plants.folder.path / "sites").iterdir():
        shutil.rmtree(site / "extensions")
        text = (site / "site.yaml").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("profiles:")]
        (site / "site.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda given: given[0])
@pytest.mark.parametrize("make", [_no_sites, _nothing_but_settings_and_users, _no_extensions])
def test_a_state_that_enables_nothing_is_blocked_and_nothing_is_written(
    installed: Plants, program: Command, make: Making, arguments: tuple[str, ...]
) -> None:
    make(installed)
    done, before, after = watched(installed, program, arguments)
    assert done.code == 3
    assert "the desired state enables nothing at all" in done.out + done.err
    assert after == before


def test_a_commit_without_the_folder_is_an_error(installed: Plants, program: Command) -> None:
    _missing(installed)
    installed.repository.commit("Lose the folder")
    done, before, after = watched(installed, program, ("plan", "--ref", "HEAD"))
    assert done.code == 1
    assert "has no folder desired-state" in done.err
    assert after == before


def test_the_plan_of_an_empty_state_says_by_code_that_it_cannot_be_forced(
    installed: Plants, program: Command
) -> None:
    _no_sites(installed)
    done, _, _ = watched(installed, program, ("plan", "--allow-unmanage", "--json"))
    (reason,) = json.loads(done.out)["blocked"]
    assert (reason["code"], reason["forceable"]) == ("empty-desired-state", False)


@pytest.fixture
def closed_folder(installed: Plants) -> Iterator[Path]:
    """A copy of the desired state that others than root can reach, and can list only in part."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        copy = Path(name) / "desired-state"
        shutil.copytree(installed.folder.path, copy)
        (copy / "sites").chmod(0)
        yield copy
        (copy / "sites").chmod(0o755)


@pytest.mark.parametrize("below", [".", "sites/hartford"])
def test_a_folder_that_the_user_may_not_read_is_an_error_and_nothing_is_written(
    installed: Plants, command: Command, closed_folder: Path, below: str
) -> None:
    folder = str(closed_folder / below)

    def as_ordinary_user(*arguments: str, cwd: Path, **given: str) -> Ran:
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        try:
            return command("--desired-state", folder, *arguments, cwd=cwd, **given)
        finally:
            os.seteuid(user)

    done, before, after = watched(installed, as_ordinary_user, COMMANDS[1], closed_folder.parent)
    assert (done.code, done.out) == (1, "")
    assert "Permission denied" in done.err
    assert "a part of a desired state is never taken for the whole" in done.err
    assert after == before


Digest = dict[str, tuple[object, ...]]


def watched(
    plants: Plants,
    run: Callable[..., Ran],
    arguments: tuple[str, ...],
    cwd: Path | None = None,
) -> tuple[Ran, Digest, Digest]:
    """Return what a command answered, and the database before and after it.

    The runs are left out: a refused one leaves its own row, which says that it was refused.
    """
    before = digest(plants)
    done = run(*arguments, cwd=cwd or plants.root, DATABASE_URL=plants.url)
    return done, before, digest(plants)


def digest(plants: Plants) -> Digest:
    with connect(plants.owner_url) as connection:
        return dict(table_digests(connection, leaving_out=("reconcile_runs",)))
