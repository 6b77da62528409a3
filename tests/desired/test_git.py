"""Git is read from its objects: no checkout, no hook, and no ref taken for an option."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.git_tree import read_commit
from reconciler.desired.source_tree import Files
from reconciler.model.errors import ReconcilerError
from tests.support.desired_folder import (
    EXTENSION_FILE,
    DesiredFolder,
    GitRepository,
    small_folder,
    state_of,
)


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "repository")


@pytest.fixture
def folder(repository: GitRepository) -> DesiredFolder:
    return small_folder(repository.root / "desired-state")


def opened(folder: DesiredFolder) -> GitFolder:
    git = open_folder(folder.path)
    assert git is not None
    return git


def test_a_commit_is_read_by_name_branch_tag_and_abbreviation(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    commit = repository.commit()
    repository.git("tag", "v1")
    repository.git("branch", "feature/x")
    folder.replace(EXTENSION_FILE, "60", "61")
    repository.commit()
    for ref in (commit, commit[:10], "v1", "feature/x", "HEAD~1", "main^"):
        tree = read_commit(folder.path, ref)
        assert tree.revision.commit == commit
        (found,) = state_of(tree).configurations.values()
        assert found.configuration["interval"] == 60


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("main", "refs/heads/main"),
        ("HEAD", "refs/heads/main"),
        ("v1", "refs/tags/v1"),
        ("--odd", "refs/heads/--odd"),
        ("HEAD~1", None),
        ("main^", None),
    ],
)
def test_what_led_to_a_commit_is_known_where_it_can_move(
    folder: DesiredFolder, repository: GitRepository, ref: str, name: str | None
) -> None:
    repository.commit()
    folder.replace(EXTENSION_FILE, "60", "61")
    commit = repository.commit()
    repository.git("tag", "v1")
    repository.git("update-ref", "refs/heads/--odd", commit)
    assert read_commit(folder.path, ref).revision.ref == name
    assert read_commit(folder.path, commit).revision.ref is None
    repository.git("checkout", "--quiet", "--detach")
    assert read_commit(folder.path, "HEAD").revision.ref is None


@pytest.mark.parametrize(
    "ref",
    ["", "absent", "--help", "--output=/tmp/x", "-h", "HEAD:desired-state", "a b", "HEAD\nmain"],
)
def test_what_names_no_commit_is_an_error(
    folder: DesiredFolder, repository: GitRepository, ref: str
) -> None:
    repository.commit()
    with pytest.raises(ReconcilerError, match="there is no commit"):
        read_commit(folder.path, ref)


def test_a_branch_named_like_an_option_is_taken_for_a_branch(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    commit = repository.commit()
    repository.git("update-ref", "refs/heads/--upload-pack=x", commit)
    assert read_commit(folder.path, "--upload-pack=x").revision.commit == commit


def test_a_commit_without_the_folder_is_an_error(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    repository.commit()
    with pytest.raises(ReconcilerError, match="has no folder plants"):
        read_commit(repository.root / "plants", "HEAD")


def test_outside_git_there_is_no_commit_to_read(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "desired-state")
    with pytest.raises(ReconcilerError, match="in no git repository"):
        read_commit(folder.path, "HEAD")


def test_a_folder_that_is_the_repository_itself_is_read(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "plants")
    folder = small_folder(repository.root)
    folder.write(".github/workflows/ci.yaml", "on: push\n")
    commit = repository.commit()
    tree = read_commit(folder.path, commit)
    assert tree.prefix == ""
    assert ".github/workflows/ci.yaml" in tree.ignored
    assert EXTENSION_FILE in tree.files


def test_the_revision_says_who_committed_and_why(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    commit = repository.commit("Übernahme\n\nMore words", author="Ö <x", email="o@plant.example")
    revision = read_commit(folder.path, commit).revision
    assert (revision.author_name, revision.author_email) == ("Ö x", "o@plant.example")
    assert (revision.subject, revision.dirty) == ("Übernahme", False)


def test_a_files_author_is_whoever_touched_it_last(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    repository.commit("First")
    folder.replace(EXTENSION_FILE, "60", "61")
    second = repository.commit("Second", author="Anna Park", email="anna@plant.example")
    folder.replace("users.yaml", "Maria", "Mariana")
    third = repository.commit("Third")
    paths = [f"desired-state/{EXTENSION_FILE}", "desired-state/users.yaml"]
    found = opened(folder).authorship(third, paths)
    assert [found[path].subject for path in paths] == ["Second", "Third"]
    assert found[paths[0]].commit == second
    assert found[paths[0]].author_email == "anna@plant.example"


def test_a_removed_files_author_is_whoever_removed_it(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    repository.commit("First")
    folder.remove(EXTENSION_FILE)
    commit = repository.commit("Retire the dashboard")
    path = f"desired-state/{EXTENSION_FILE}"
    assert opened(folder).authorship(commit, [path])[path].subject == "Retire the dashboard"


@pytest.mark.parametrize(
    "hostile", ["a\x01b", "\x01", "a\x02b\x02c\x02d", "\x1b[31mred", "\ndesired-state/users.yaml"]
)
def test_no_subject_or_name_can_pass_for_something_else(
    folder: DesiredFolder, repository: GitRepository, hostile: str
) -> None:
    commit = repository.commit(f"x{hostile}y", author=f"x{hostile.strip()}y")
    paths = [f"desired-state/{EXTENSION_FILE}", "desired-state/users.yaml"]
    found = opened(folder).authorship(commit, paths)
    assert {author.commit for author in found.values()} == {commit}
    assert {author.author_email for author in found.values()} == {"tran.nguyen@machshop.example"}
    assert len(found) == 2


def test_many_files_have_the_same_authors_as_each_by_itself(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    names = [f"desired-state/profiles/p{number}.yaml" for number in range(250)]
    for number in range(250):
        folder.write(f"profiles/p{number}.yaml", "{}\n")
    repository.commit("Many")
    folder.write("profiles/p7.yaml", "description: x\n")
    commit = repository.commit("Seventh")
    found = opened(folder).authorship(commit, names)
    assert len(found) == 250
    assert found[names[7]].subject == "Seventh"
    for name in names[:9]:
        by_itself = opened(folder).authorship(commit, [name])
        assert by_itself[name].commit == found[name].commit


def test_settings_of_the_repository_do_not_alter_what_is_read(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    commit = repository.commit("Übernahme", author="Jörg")
    before = read_commit(folder.path, commit)
    path = f"desired-state/{EXTENSION_FILE}"
    author = opened(folder).authorship(commit, [path])
    for setting in (
        "i18n.logOutputEncoding=latin-1",
        "log.showSignature=true",
        "color.ui=always",
        "log.follow=true",
        "core.quotePath=true",
        "log.date=relative",
        "format.pretty=raw",
    ):
        repository.git("config", *setting.split("=", 1))
    assert read_commit(folder.path, commit) == before
    assert opened(folder).authorship(commit, [path]) == author


def test_a_commit_s_files_are_named_by_their_content(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    folder.write("profiles/one.yaml", "extensions: {}\n")
    folder.write("profiles/other.yaml", "extensions: {}\n")
    commit = repository.commit("Two profiles")
    files = read_commit(folder.path, commit).files
    assert files.identity("profiles/one.yaml") == files.identity("profiles/other.yaml")
    assert files.identity("profiles/one.yaml") != files.identity("users.yaml")
    assert files.identity("profiles/absent.yaml") is None
    assert list(files.contents(["users.yaml"])) == [files["users.yaml"]]


def test_what_git_cannot_read_to_its_end_is_an_error_and_never_half_a_file(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    long = "".join(f"# {number}: nothing in particular\n" for number in range(20_000))
    folder.write("profiles/long.yaml", long)
    files = read_commit(folder.path, repository.commit()).files
    repository.git("config", "core.bigFileThreshold", "1k")  # answered piece by piece
    name = files.identity("profiles/long.yaml")
    assert name is not None
    stored = repository.root / ".git" / "objects" / name[:2] / name[2:]
    stored.chmod(0o644)
    whole = stored.read_bytes()
    for kept in (0, 4, len(whole) // 2, len(whole) - 1):
        stored.write_bytes(whole[:kept])
        with pytest.raises(ReconcilerError) as refused:
            list(files.contents(["users.yaml", "profiles/long.yaml", "users.yaml"]))
        assert refused.value.message.startswith(("git: ", f"the repository lacks object {name}"))
    stored.unlink()
    with pytest.raises(ReconcilerError, match=f"the repository lacks object {name}"):
        files["profiles/long.yaml"]


@pytest.mark.parametrize("name", ["--all", "--output=x", "HEAD", "main", "", "0" * 39])
def test_no_name_but_a_commits_own_is_followed(
    folder: DesiredFolder, repository: GitRepository, name: str
) -> None:
    commit = repository.commit()
    assert opened(folder).differing_ways(name, commit) is None
    assert opened(folder).differing_ways(commit, name) is None
    assert opened(folder).differing_ways(commit, commit) == set()


@pytest.mark.parametrize(
    "alter",
    [
        lambda folder: folder.replace(EXTENSION_FILE, "60", "61"),
        lambda folder: folder.remove(EXTENSION_FILE),
        lambda folder: folder.write("profiles/one.yaml", "extensions: {}\n"),
        lambda folder: folder.write("README.md", "No part of it\n"),
        lambda folder: folder.write("sites/.hidden/site.yaml", "id: x\n"),
        lambda folder: (folder.path / "link.yaml").symlink_to("users.yaml"),
        lambda folder: (folder.path / EXTENSION_FILE).chmod(0o755),
        lambda folder: shutil.rmtree(folder.path / "sites"),
        repr,
    ],
)
@pytest.mark.parametrize("forth", [True, False])
def test_a_commit_that_is_read_by_its_differences_from_another_is_the_one_read_alone(
    folder: DesiredFolder, repository: GitRepository, alter: Callable[[Any], object], *, forth: bool
) -> None:
    one = repository.commit()
    alter(folder)
    other = repository.commit("Altered")
    known, asked = (one, other) if forth else (other, one)
    alone = read_commit(folder.path, asked)
    found = read_commit(folder.path, asked, like=read_commit(folder.path, known))
    assert dict(found.files) == dict(alone.files)
    assert {path: found.files.identity(path) for path in found.files} == {
        path: alone.files.identity(path) for path in alone.files
    }
    assert found.revision == alone.revision
    assert (found.ignored, found.has_links, found.diagnostics) == (
        (alone.ignored, alone.has_links, alone.diagnostics)
    )
    before = read_commit(folder.path, known).files
    told = set(found.files.differing(before))
    assert told == set(Files.differing(found.files, before)) == set(before.differing(alone.files))


def test_a_folder_that_a_commit_lacks_is_an_error_whatever_is_known_of_another(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    known = read_commit(folder.path, repository.commit())
    shutil.rmtree(folder.path)
    commit = repository.commit("Gone")
    with pytest.raises(ReconcilerError, match="has no folder desired-state"):
        read_commit(folder.path, commit, like=known)


def test_a_history_that_git_cannot_read_to_its_end_is_an_error(
    folder: DesiredFolder, repository: GitRepository
) -> None:
    first = repository.commit()
    folder.replace(EXTENSION_FILE, "60", "61")
    commit = repository.commit()
    (repository.root / ".git" / "objects" / first[:2] / first[2:]).unlink()
    path = f"desired-state/{EXTENSION_FILE}"
    with pytest.raises(ReconcilerError, match="git: "):
        opened(folder).touches(commit, [path])
