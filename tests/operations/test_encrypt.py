"""Encrypting in place: the file that git and people know, with one value changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.operations.encrypt import Place, encrypt_in_place, encrypted, recipients_of
from tests.support.age_keys import AgeKey
from tests.support.desired_folder import (
    EXTENSION,
    EXTENSION_FILE,
    SITE,
    DesiredFolder,
    GitRepository,
    small_folder,
)

PASSWORD = Place(SITE, EXTENSION, "/password")


@pytest.fixture
def key() -> AgeKey:
    return AgeKey()


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    made = small_folder(tmp_path / "plants/desired-state")
    made.replace(EXTENSION_FILE, "interval: 60", "interval: 60\n  password: hunter2")
    return made


def test_a_value_is_encrypted_in_place_outside_git(folder: DesiredFolder, key: AgeKey) -> None:
    done = encrypt_in_place(folder.path, PASSWORD, (key.recipient,))
    assert (done.path, done.in_git) == (folder.path / EXTENSION_FILE, False)
    assert key.decrypt(folder.configuration().configuration["password"]) == b"hunter2"
    assert folder.codes() == []


@pytest.mark.parametrize(
    ("committed", "known"),
    [
        ("password: hunter2", True),
        ("title: hunter2", True),  # elsewhere in the file, and in git all the same
        ("password: {$secret: vault://a#b}", False),
        ("password: [hunter2", True),  # a file that was never valid
    ],
)
def test_it_is_said_whether_the_last_commit_has_the_plaintext(
    folder: DesiredFolder, key: AgeKey, committed: str, known: bool
) -> None:
    repository = GitRepository(folder.path.parent)
    now = (folder.path / EXTENSION_FILE).read_text(encoding="utf-8")
    folder.write(EXTENSION_FILE, f"version: 1.0.0\nconfiguration:\n  {committed}\n")
    repository.commit("Before")
    folder.write(EXTENSION_FILE, now)
    assert encrypt_in_place(folder.path, PASSWORD, (key.recipient,)).in_git is known


def test_a_repository_without_a_commit_knows_nothing(folder: DesiredFolder, key: AgeKey) -> None:
    GitRepository(folder.path.parent)
    assert not encrypt_in_place(folder.path, PASSWORD, (key.recipient,)).in_git


def test_recipients_are_those_of_the_project_each_once(folder: DesiredFolder, key: AgeKey) -> None:
    other = AgeKey()
    text = (folder.path / "reconciler.yaml").read_text(encoding="utf-8")
    listed = json.dumps([key.recipient, other.recipient, key.recipient])
    folder.write("reconciler.yaml", f"{text}encryption: {{recipients: {listed}}}\n")
    assert recipients_of(folder.path, ()) == (key.recipient, other.recipient)
    assert recipients_of(folder.path, (other.recipient,)) == (other.recipient,)


def test_a_project_file_that_cannot_be_read_names_nobody(folder: DesiredFolder) -> None:
    folder.write("reconciler.yaml", "formatVersion: [\n")
    with pytest.raises(InvalidDesiredStateError):
        recipients_of(folder.path, ())


@pytest.mark.parametrize("secret", [b"", b"x" * (64 * 1024 + 1)])
def test_no_secret_and_one_too_long_are_refused(key: AgeKey, secret: bytes) -> None:
    with pytest.raises(ReconcilerError):
        encrypted(secret, (key.recipient,))
