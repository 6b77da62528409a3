"""A folder is read as it is; what is no ordinary file inside it is found and never waited for.

Where git can hold the same thing, the folder and the commit give the same state and findings.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.desired.git_tree import read_commit
from reconciler.desired.working_tree import read_working_tree
from reconciler.model.errors import ReconcilerError
from reconciler.operations.desired_state import Source, check_desired_state
from tests.support.desired_folder import (
    EXTENSION_FILE,
    SITE,
    SMALL,
    DesiredFolder,
    GitRepository,
    example_folder,
    small_folder,
    state_of,
)

NOBODY = 65534


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "repository")


@pytest.fixture
def folder(repository: GitRepository) -> DesiredFolder:
    return small_folder(repository.root / "desired-state")


def _link(target: str, name: str) -> Callable[[DesiredFolder], object]:
    return lambda folder: (folder.path / name).symlink_to(target)


def _link_from_above(folder: DesiredFolder) -> None:
    """A link that leaves the folder and comes back into it."""
    (folder.path / "profiles").mkdir()
    (folder.path / "profiles/a.yaml").symlink_to("../../desired-state/reconciler.yaml")


def _moved_behind_link(folder: DesiredFolder) -> None:
    (folder.path / EXTENSION_FILE).rename(folder.path / "sites/shared.txt")
    (folder.path / EXTENSION_FILE).symlink_to("../../shared.txt")


def _chain(folder: DesiredFolder) -> None:
    _moved_behind_link(folder)
    (folder.path / "sites/shared.txt").rename(folder.path / "sites/real.txt")
    (folder.path / "sites/shared.txt").symlink_to("real.txt")


def _through_linked_folder(folder: DesiredFolder) -> None:
    folder.write(".store/one.yaml", SMALL[EXTENSION_FILE])
    (folder.path / ".linked").symlink_to(".store")
    folder.remove(EXTENSION_FILE)
    (folder.path / EXTENSION_FILE).symlink_to("../../../.linked/one.yaml")


CASES: dict[str, tuple[Callable[[DesiredFolder], object], list[str]]] = {
    "a link to a file inside": (_moved_behind_link, []),
    "a chain of links inside": (_chain, []),
    "a link through a linked folder": (_through_linked_folder, []),
    "a link that leads outside": (_link("../../x.yaml", "sites/x.yaml"), ["outside-link"]),
    "a link by an absolute path": (_link("/etc/passwd", "users.yml"), ["outside-link"]),
    "a link out and back in": (_link_from_above, ["outside-link"]),
    "a linked folder outside": (_link("../..", "sites/derby"), ["outside-link"]),
    "a linked folder inside": (_link(SITE, "sites/derby"), ["not-a-file"]),
    "a circle of links": (_link("circle.yaml", "circle.yaml"), ["unreadable-file"]),
    "a link to nothing": (_link("nothing.yaml", "dangling.yaml"), ["unreadable-file"]),
    "a link to a misplaced name": (_link("users.yaml", "people.yaml"), ["misplaced-file"]),
    "a link that is no part of it": (_link("users.yaml", "people.txt"), []),
    "a name that is no UTF-8": (
        lambda folder: os.close(
            os.open(os.fsencode(folder.path) + b"/\xff.yaml", os.O_CREAT | os.O_WRONLY)
        ),
        ["misplaced-file"],
    ),
    "a file above the limit": (
        lambda folder: folder.path.joinpath(EXTENSION_FILE).write_bytes(b"#" * 1_048_577),
        ["yaml-size"],
    ),
    "a hidden folder": (lambda folder: folder.write(".github/ci.yaml", "{"), []),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_folder_and_its_commit_give_the_same_findings_and_state(
    folder: DesiredFolder, repository: GitRepository, case: str
) -> None:
    make, expected = CASES[case]
    make(folder)
    commit = repository.commit()
    here = check_desired_state(Source(folder.path))
    there = check_desired_state(Source(folder.path, commit))
    assert [found.code for found in here.diagnostics] == expected
    assert here.diagnostics == there.diagnostics
    assert here.state is not None
    assert there.state is not None
    assert _hashes(folder.path, None) == _hashes(folder.path, commit)


def _hashes(folder: Path, ref: str | None) -> list[str]:
    tree = read_commit(folder, ref) if ref else read_working_tree(folder)
    return [found.config_hash for found in state_of(tree).configurations.values()]


def test_the_example_is_the_same_in_the_folder_and_in_git(repository: GitRepository) -> None:
    folder = example_folder(repository.root / "plants")
    repository.commit()
    assert read_working_tree(folder.path) == read_commit(folder.path, "HEAD")


def test_a_fifo_is_found_and_not_waited_for(folder: DesiredFolder) -> None:
    for name in ("sites/pipe.yaml", "sites/pipe"):
        os.mkfifo(folder.path / name)
    assert folder.codes() == ["not-a-file", "not-a-file"]


def test_a_socket_is_found(folder: DesiredFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("door.yaml")
        assert folder.codes() == ["unreadable-file"]


def test_a_submodule_is_found(folder: DesiredFolder, repository: GitRepository) -> None:
    commit = repository.commit()
    entry = f"160000,{commit},desired-state/sites/derby"
    repository.git("update-index", "--add", "--cacheinfo", entry)
    with_submodule = repository.git("write-tree")
    made = repository.git(
        "-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", with_submodule, "-m", "x"
    )
    (found,) = check_desired_state(Source(folder.path, made)).diagnostics
    assert (found.code, found.location.path) == ("not-a-file", "desired-state/sites/derby")


def test_a_folder_that_is_missing_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError) as raised:
        read_working_tree(tmp_path / "absent")
    assert "reconciler init" in (raised.value.hint or "")


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReconcilerError, match="there is no folder"):
        read_working_tree(tmp_path / "file")


def test_a_folder_outside_git_has_no_commit(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "plants")
    tree = read_working_tree(folder.path)
    assert (tree.prefix, tree.revision.commit) == ("plants", None)
    assert folder.codes() == []


def test_a_repository_without_a_commit_is_read(folder: DesiredFolder) -> None:
    tree = read_working_tree(folder.path)
    assert (tree.revision.commit, tree.revision.dirty) == (None, True)


@pytest.mark.parametrize("change", ["edit", "add", "remove", "stage"])
def test_a_folder_that_differs_from_its_commit_is_dirty(
    folder: DesiredFolder, repository: GitRepository, change: str
) -> None:
    repository.commit()
    assert not read_working_tree(folder.path).revision.dirty
    match change:
        case "edit":
            folder.replace(EXTENSION_FILE, "60", "61")
        case "add":
            folder.write("profiles/new.yaml", "{}\n")
        case "remove":
            folder.remove(EXTENSION_FILE)
        case _:
            folder.replace(EXTENSION_FILE, "60", "61")
            repository.git("add", "--all")
    assert read_working_tree(folder.path).revision.dirty


def test_a_change_elsewhere_in_the_repository_leaves_the_folder_clean(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    repository.commit()
    (repository.root / "README.md").write_text("x", encoding="utf-8")
    assert not read_working_tree(folder.path).revision.dirty


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A temporary folder that users other than root can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Root may read everything, so a test run by root is nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_folder_is_never_taken_for_an_empty_one(
    readable_by_all: Path, request: pytest.FixtureRequest
) -> None:
    folder = small_folder(readable_by_all / "plants")
    closed = folder.path / "sites"
    closed.chmod(0)
    request.getfixturevalue("ordinary_user")
    with pytest.raises(ReconcilerError, match=f"cannot read {closed}"):
        read_working_tree(folder.path)


def test_an_unreadable_file_is_found(readable_by_all: Path, request: pytest.FixtureRequest) -> None:
    folder = small_folder(readable_by_all / "plants")
    (folder.path / EXTENSION_FILE).chmod(0)
    request.getfixturevalue("ordinary_user")
    assert folder.codes() == ["unreadable-file"]


@pytest.mark.parametrize("ref", [None, "HEAD"])
def test_a_folder_inside_an_unreadable_one_is_never_taken_for_a_missing_one(
    readable_by_all: Path, request: pytest.FixtureRequest, ref: str | None
) -> None:
    folder = small_folder(readable_by_all / "closed/plants")
    folder.path.parent.chmod(0)
    request.getfixturevalue("ordinary_user")
    problem = "is in no git repository" if ref else f"cannot read {folder.path}: Permission denied"
    with pytest.raises(ReconcilerError, match=problem):
        check_desired_state(Source(folder.path, ref))


def test_files_whose_names_alone_may_be_read_are_found(
    readable_by_all: Path, request: pytest.FixtureRequest
) -> None:
    folder = small_folder(readable_by_all / "plants")
    folder.write("profiles/notes.txt", "")
    closed = folder.path / "profiles"
    closed.chmod(0o444)
    request.getfixturevalue("ordinary_user")
    assert folder.codes() == ["unreadable-file"]
