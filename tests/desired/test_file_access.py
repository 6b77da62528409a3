"""A file is replaced whole or not at all, inside the folder and nowhere else."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.desired.file_access import read_file, replace_file
from reconciler.model.errors import ReconcilerError

NAME = "sites/a/extensions/b.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "state"
    (path / NAME).parent.mkdir(parents=True)
    (path / NAME).write_bytes(b"old\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / NAME).parent.iterdir())


def test_a_file_is_replaced_and_keeps_its_mode(folder: Path) -> None:
    (folder / NAME).chmod(0o640)
    content = read_file(folder, NAME)
    assert content.data == b"old\n"
    replace_file(content, b"new\n")
    assert (folder / NAME).read_bytes() == b"new\n"
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o640
    assert names(folder) == ["b.yaml"]


def test_a_new_file_is_made_with_its_folders_and_the_mode_that_others_get(folder: Path) -> None:
    umask = os.umask(0o027)
    try:
        replace_file(read_file(folder, "sites/c/extensions/d.yaml"), b"new\n")
    finally:
        os.umask(umask)
    made = folder / "sites/c/extensions/d.yaml"
    assert made.read_bytes() == b"new\n"
    assert stat.S_IMODE(made.stat().st_mode) == 0o640
    assert [path.name for path in made.parent.iterdir()] == ["d.yaml"]


def test_a_link_inside_the_folder_is_kept_and_the_file_behind_it_replaced(folder: Path) -> None:
    (folder / "shared.yaml").write_bytes(b"old\n")
    (folder / NAME).unlink()
    (folder / NAME).symlink_to("../../../shared.yaml")
    replace_file(read_file(folder, NAME), b"new\n")
    assert (folder / NAME).is_symlink()
    assert (folder / "shared.yaml").read_bytes() == b"new\n"


@pytest.mark.parametrize("target", ["../../../../outside.yaml", "/etc/hostname", "b.yaml"])
def test_a_link_that_leads_nowhere_inside_is_refused(folder: Path, target: str) -> None:
    (folder.parent / "outside.yaml").write_bytes(b"outside\n")
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(target)
    with pytest.raises(ReconcilerError):
        read_file(folder, NAME)
    assert (folder.parent / "outside.yaml").read_bytes() == b"outside\n"


def test_a_linked_folder_that_leads_outside_is_refused(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / "sites/c").mkdir()
    (folder / "sites/c/extensions").symlink_to("../../../elsewhere")
    with pytest.raises(ReconcilerError):
        read_file(folder, "sites/c/extensions/d.yaml")
    assert list((folder.parent / "elsewhere").iterdir()) == []


def test_what_is_no_ordinary_file_is_refused_without_waiting(folder: Path) -> None:
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME)
    with pytest.raises(ReconcilerError, match="not an ordinary file"):
        read_file(folder, NAME)


def test_a_file_that_changed_since_it_was_read_is_left_alone(folder: Path) -> None:
    content = read_file(folder, NAME)
    (folder / NAME).write_bytes(b"somebody else's\n")
    with pytest.raises(ReconcilerError, match="changed in the meantime"):
        replace_file(content, b"new\n")
    assert (folder / NAME).read_bytes() == b"somebody else's\n"
    assert names(folder) == ["b.yaml"]


def test_a_file_that_was_made_since_is_left_alone(folder: Path) -> None:
    content = read_file(folder, "sites/a/extensions/new.yaml")
    assert content.data is None
    (folder / "sites/a/extensions/new.yaml").write_bytes(b"somebody else's\n")
    with pytest.raises(ReconcilerError):
        replace_file(content, b"new\n")
    assert (folder / "sites/a/extensions/new.yaml").read_bytes() == b"somebody else's\n"
    assert names(folder) == ["b.yaml", "new.yaml"]


def test_a_place_that_cannot_be_written_is_an_error_and_no_traceback(folder: Path) -> None:
    (folder / "sites/c").write_text("a file where a folder should be\n", encoding="utf-8")
    with pytest.raises(ReconcilerError):
        replace_file(read_file(folder, "sites/c/extensions/d.yaml"), b"new\n")


WRITER = """
import os, sys
from pathlib import Path
from reconciler.desired.file_access import read_file, replace_file
folder = Path(sys.argv[1])
while True:
    for fill in (b"a", b"b"):
        replace_file(read_file(folder, sys.argv[2]), fill * 500_000)
        os.write(1, b".")
"""


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(folder: Path) -> None:
    whole = {b"old\n", b"a" * 500_000, b"b" * 500_000}
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), NAME], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.read(3)
            writer.send_signal(signal.SIGKILL)
        assert (folder / NAME).read_bytes() in whole
        assert all(name == "b.yaml" or name.startswith(".b.yaml.") for name in names(folder))
