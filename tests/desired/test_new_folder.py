"""A folder appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.new_folder import require_free, write_folder
from reconciler.model.errors import ReconcilerError

FILES = {"a.yaml": b"a: 1\n", "sites/x/site.yaml": b"b: 2\n"}


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_folders_above_it_are_made_and_nothing_else(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep/er/out", FILES)
    assert names(tmp_path / "deep/er") == [
        "out", "out/a.yaml", "out/sites", "out/sites/x", "out/sites/x/site.yaml",
    ]  # fmt: skip
    assert (tmp_path / "deep/er/out/a.yaml").read_bytes() == b"a: 1\n"


def test_what_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="cannot write"):
        write_folder(tmp_path / "out", {"a": b"a file", "a/b": b"below it"})
    assert names(tmp_path) == []


def test_a_folder_that_filled_up_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert require_free(tmp_path / "out") == tmp_path / "out"
    (tmp_path / "out/mine").write_text("mine", encoding="utf-8")
    with pytest.raises(ReconcilerError, match="cannot write"):
        write_folder(tmp_path / "out", FILES)
    assert names(tmp_path) == ["out", "out/mine"]


def test_a_link_to_an_empty_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    write_folder(require_free(tmp_path / "out"), FILES)
    assert (tmp_path / "real/a.yaml").exists()
    assert (tmp_path / "out").is_symlink()


def test_a_file_or_a_dangling_link_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(ReconcilerError, match="cannot write"):
            require_free(tmp_path / name)
    (tmp_path / "loop").symlink_to("loop")
    for name in ("file/below", "loop/below"):
        with pytest.raises(ReconcilerError, match="cannot write"):
            write_folder(require_free(tmp_path / name), FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "loop"]
