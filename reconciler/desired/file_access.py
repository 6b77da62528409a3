"""One file of a desired-state folder: read as it is, replaced whole or not at all.

Links are followed by the rule that holds for reading: inside the folder and nowhere else.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from reconciler.desired.source_tree import LARGEST_FILE_BYTES, where_it_leads
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.errors import ReconcilerError

_NEW_FILE_MODE = 0o666
_READ_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


class FileContent(Struct, frozen=True):
    """A file as it was read: where it really lies, and its bytes; None where there is none."""

    path: Path
    data: bytes | None


def read_file(folder: Path, relative: str) -> FileContent:
    """Return what the file at ``relative`` holds.

    Raises:
        ReconcilerError: it is no ordinary file of the folder, or may not be read.
    """
    path = folder / _behind_links(folder, relative)
    try:
        descriptor = os.open(path, _READ_FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _refused("read", folder / relative, "it is not an ordinary file")
            return FileContent(path, file.read(LARGEST_FILE_BYTES + 1))
    except FileNotFoundError:
        return FileContent(path, None)
    except OSError as error:
        raise _refused("read", folder / relative, error.strerror or "unknown") from None


def replace_file(content: FileContent, data: bytes) -> None:
    """Write ``data`` where ``content`` was read, at once: a reader sees the old or the new.

    The file's mode is kept, and its owner where that is allowed. Nothing is left behind that a
    desired state would be read from, whenever this is interrupted.

    Raises:
        ReconcilerError: the file has changed since it was read, or cannot be written.
    """
    try:
        content.path.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{content.path.name}."
        descriptor, name = tempfile.mkstemp(prefix=prefix, dir=content.path.parent)
    except OSError as error:
        raise _refused("write", content.path, error.strerror or "unknown") from None
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _take_over(content, descriptor)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        _put_in_place(content, partial)
        _sync_folder(content.path.parent)
    except OSError as error:
        raise _refused("write", content.path, error.strerror or "unknown") from None
    finally:
        partial.unlink(missing_ok=True)


def _take_over(content: FileContent, descriptor: int) -> None:
    """Give a new file the mode and the owner of the one that it replaces."""
    if content.data is None:
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(descriptor, _NEW_FILE_MODE & ~umask)
        return
    status = content.path.stat()
    with suppress(PermissionError):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _put_in_place(content: FileContent, partial: Path) -> None:
    if content.data is None:
        os.link(partial, content.path)  # fails where there is a file by now
        return
    with content.path.open("rb") as file:
        if file.read(LARGEST_FILE_BYTES + 1) != content.data:
            raise _refused("write", content.path, "it was changed in the meantime")
    partial.replace(content.path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _behind_links(folder: Path, relative: str) -> str:
    def link_target(part: str) -> str | None:
        path = folder / part
        return str(path.readlink()) if path.is_symlink() else None

    behind = where_it_leads(relative, link_target, Location(path=relative))
    if isinstance(behind, Diagnostic):
        raise ReconcilerError(f"{folder / relative}: {behind.message}", behind.hint)
    return behind


def _refused(verb: str, path: Path, problem: str) -> ReconcilerError:
    return ReconcilerError(
        f"cannot {verb} {path}: {problem}", "Nothing was written; mend that and run it again."
    )
