"""A desired state as it stands in a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from reconciler.desired.git import GitFolder, open_folder
from reconciler.desired.git_tree import committed_blobs
from reconciler.desired.source_tree import (
    LARGEST_FILE_BYTES,
    ReadFiles,
    SourceTree,
    belongs,
    is_hidden,
    shown_path,
    where_it_leads,
)
from reconciler.model.desired import Revision
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.errors import ReconcilerError
from reconciler.model.kinds import folder as kinds

_SHA1_LENGTH = 40


def read_working_tree(folder: Path) -> SourceTree:
    """Return the files of ``folder`` as they are now.

    Raises:
        ReconcilerError: there is no such folder, or it may not be read.
    """
    if not _is_folder(folder):
        raise ReconcilerError(
            f"there is no folder {folder}",
            "Name the desired-state folder with --desired-state, or make one with "
            "`reconciler init`.",
        )
    git = open_folder(folder)
    prefix = git.prefix if git else folder.resolve().name
    files: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    ignored: list[str] = []
    for path in sorted(_walk(folder)):
        name = path.relative_to(folder).as_posix()
        # A name that is no UTF-8 is shown as git shows it: by its bytes.
        relative = os.fsencode(name).decode("utf-8", "backslashreplace")
        if is_hidden(name) or (not belongs(name) and _is_plain_file(path)):
            ignored.append(relative)
            continue
        content = _read(folder, name, Location(path=shown_path(prefix, relative)))
        if isinstance(content, Diagnostic):
            diagnostics.append(content)
        elif belongs(name):
            files[relative] = content
        else:
            ignored.append(relative)
    revision, identities = _revision(git, files)
    read = ReadFiles(files, identities)
    return SourceTree(prefix, read, revision, tuple(diagnostics), tuple(ignored))


def _revision(git: GitFolder | None, files: Mapping[str, bytes]) -> tuple[Revision, dict[str, str]]:
    """Return the commit that is checked out, and git's names of the files that are as it has them.

    The revision is dirty where the commit does not say what was read here.

    What was read is compared, and not what git thinks of the folder: git can be told to
    overlook a file, and looks at another moment.
    """
    if git is None:
        return Revision(None, dirty=True), {}
    try:
        head = git.resolve("HEAD")
    except ReconcilerError:
        return Revision(None, dirty=True), {}  # a repository without a commit
    committed = committed_blobs(git, head)
    identities = {
        path: committed[path]
        for path, content in files.items()
        if path in committed and _blob_name(content, len(committed[path])) == committed[path]
    }
    same = files.keys() == committed.keys() and all(
        path in identities or _with_line_feeds(content, len(committed[path])) == committed[path]
        for path, content in files.items()
    )
    return git.revision(head, dirty=not same, ref=git.branch_or_tag("HEAD")), identities


def _blob_name(content: bytes, length: int) -> str:
    """Return git's name for a file as it stands."""
    algorithm = hashlib.sha1 if length == _SHA1_LENGTH else hashlib.sha256
    return algorithm(b"blob %d\0%b" % (len(content), content)).hexdigest()


def _with_line_feeds(content: bytes, length: int) -> str:
    """Return git's name for a file as it is once its line ends are git's."""
    return _blob_name(content.replace(b"\r\n", b"\n"), length)


def _is_folder(path: Path) -> bool:
    """Return whether there is a folder; one that nobody may look for is neither there nor not."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        _refuse(error)


def _is_link(path: Path) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode)
    except OSError as error:
        _refuse(error)


def _is_plain_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False  # reading it says why


def _refuse(error: OSError) -> NoReturn:
    raise ReconcilerError(
        f"cannot read {error.filename}: {error.strerror}",
        "Make the folder readable; a part of a desired state is never taken for the whole.",
    )


def _walk(folder: Path) -> Iterator[Path]:
    """Yield everything below ``folder`` that is not a folder; linked folders are not entered."""
    for parent, folders, names in os.walk(folder, onerror=_refuse, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in (*names, *(entry for entry in folders if _is_link(Path(parent, entry)))):
            yield Path(parent, name)


def _read(folder: Path, name: str, location: Location) -> bytes | Diagnostic:
    """Return a file's bytes, or why it is not read. Opening never waits on a FIFO."""

    def link_target(relative: str) -> str | None:
        path = folder / relative
        return str(path.readlink()) if path.is_symlink() else None

    try:
        behind = where_it_leads(name, link_target, location)
        if isinstance(behind, Diagnostic):
            return behind
        if (folder / behind).is_dir():
            return kinds.NOT_A_FILE.at(location)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(folder / behind, flags)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return kinds.NOT_A_FILE.at(location)
            return file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        return kinds.UNREADABLE_FILE.at(location, problem="the link leads to nothing")
    except OSError as error:
        return kinds.UNREADABLE_FILE.at(location, problem=error.strerror or "unknown")
