"""A new desired-state folder is valid, has ids of its own, and overwrites nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.model.errors import ReconcilerError
from reconciler.operations.scaffold import scaffold
from tests.support.desired_folder import DesiredFolder


def test_a_scaffold_is_valid_and_has_one_plant(tmp_path: Path) -> None:
    written = scaffold(tmp_path / "plants")
    folder = DesiredFolder(tmp_path / "plants")
    assert folder.codes() == []
    assert len(folder.state().sites) == 1
    assert len(folder.state().configurations) == 1
    assert sorted(written) == sorted(path for path in folder.path.rglob("*") if path.is_file())


def test_two_scaffolds_share_no_id(tmp_path: Path) -> None:
    ids: list[str] = []
    for name in ("one", "two"):
        scaffold(tmp_path / name)
        state = DesiredFolder(tmp_path / name).state()
        ids += [str(site.id) for site in state.sites.values()]
        ids += [str(user.id) for user in state.users.values()]
    assert len(ids) == len(set(ids))


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ReconcilerError, match="is not empty"):
        scaffold(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert scaffold(tmp_path)


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plants").write_text("", encoding="utf-8")
    with pytest.raises(ReconcilerError, match=os.strerror(17)):
        scaffold(tmp_path / "plants")
