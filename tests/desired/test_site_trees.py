"""The folders of sites are known by git's names for them, without a file being read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.site_trees import site_trees
from reconciler.desired.tree_object import FOLDER, items_of
from reconciler.model.errors import ReconcilerError
from tests.support.desired_folder import DesiredFolder, GitRepository, small_folder


def opened(folder: DesiredFolder) -> GitFolder:
    git = open_folder(folder.path)
    assert git is not None
    return git


@pytest.fixture(params=["sha1", "sha256"])
def repository(tmp_path: Path, request: pytest.FixtureRequest) -> GitRepository:
    return GitRepository(tmp_path / "repository", object_format=request.param)


@pytest.mark.parametrize("where", ["desired-state", "."])
def test_the_names_are_those_that_git_lists(repository: GitRepository, where: str) -> None:
    folder = small_folder(repository.root / where)
    folder.write("sites/notes.txt", "of no site")
    folder.write("sites/über uns/site.yaml", "a: 1\n")
    before = repository.commit()
    folder.write("sites/cork/site.yaml", "a: 1\n")
    after = repository.commit()
    git = opened(folder)
    found = site_trees(git, before, after)
    for commit, trees in zip((before, after), found, strict=True):
        beginning = f"{git.prefix}/" if git.prefix else ""
        listed = repository.git("ls-tree", "-z", f"{commit}:{beginning}sites").split("\0")[:-1]
        entries = [line.split("\t") for line in listed]
        folders = [(name, facts.split()) for facts, name in entries if facts.startswith("040000")]
        assert trees.sites == {name: object_name for name, (_, _, object_name) in folders}
        above = repository.git("ls-tree", "--name-only", f"{commit}:{git.prefix}").splitlines()
        beside = [name for name in above if name != "sites"]
        assert trees.common == (*beside, "sites/notes.txt")
    assert [sorted(trees.sites) for trees in found] == [
        ["hartford", "über uns"],
        ["cork", "hartford", "über uns"],
    ]
    assert found[0].digest == found[1].digest, "what sites share is the same"


def test_what_sites_share_is_another_once_anything_of_it_is(repository: GitRepository) -> None:
    folder = small_folder(repository.root / "desired-state")
    commits = [repository.commit()]
    folder.replace("users.yaml", "Tran Nguyen", "Tran Van Nguyen")
    commits.append(repository.commit())
    (folder.path / "users.yaml").chmod(0o755)
    commits.append(repository.commit())
    folder.write("sites/notes.txt", "of no site")
    commits.append(repository.commit())
    assert len({trees.digest for trees in site_trees(opened(folder), *commits)}) == 4


@pytest.mark.parametrize("there", ["sites", "other/sites/cork/site.yaml"])
def test_a_commit_without_a_folder_of_sites_is_refused(
    repository: GitRepository, there: str
) -> None:
    folder = DesiredFolder(repository.root / "desired-state")
    folder.write(there, "a: 1\n")
    commit = repository.commit()
    with pytest.raises(ReconcilerError, match="has no folder sites/ in desired-state"):
        site_trees(opened(folder), commit)


@pytest.mark.parametrize("name", ["new\nline", "return\r"])
def test_a_folder_whose_name_is_more_than_a_line_is_not_asked_for(
    repository: GitRepository, name: str
) -> None:
    folder = small_folder(repository.root / name)
    commit, git = repository.commit(), opened(folder)
    assert not git.is_one_line
    with pytest.raises(ReconcilerError, match="line break in its name"):
        site_trees(git, commit)


def test_a_mode_may_have_zeros_before_it() -> None:
    held = b"100644 a file\x00" + b"\n" * 20 + b"040000 cork\x00" + b"\x00" * 20
    assert items_of(held, 20) == [
        (b"100644", b"a file", b"\n" * 20),
        (FOLDER, b"cork", b"\x00" * 20),
    ]


@pytest.mark.parametrize(
    ("names", "may_be"),
    [
        (["cork", "dayton-2"], False),
        (["cork", "Dayton"], False),
        (["cork", "Cork"], True),
        (["m\u00fcnchen", "mu\u0308nchen"], True),
    ],
)
def test_names_that_are_one_where_case_or_form_is_folded_are_noticed(
    repository: GitRepository, names: list[str], may_be: bool
) -> None:
    folder = DesiredFolder(repository.root / "desired-state")
    for name in names:
        folder.write(f"sites/{name}/site.yaml", "a: 1\n")
    (trees,) = site_trees(opened(folder), repository.commit())
    assert trees.may_be_one is may_be
