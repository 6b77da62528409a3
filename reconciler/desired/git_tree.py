"""A desired state as it stands at a commit, read from git objects and never by checkout."""

from __future__ import annotations

import posixpath
from pathlib import Path

from reconciler.desired.git import SYMLINK, GitFolder, TreeEntry, open_folder
from reconciler.desired.source_tree import (
    LARGEST_FILE_BYTES,
    SourceTree,
    belongs,
    shown_path,
)
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.errors import ReconcilerError
from reconciler.model.kinds import folder as kinds

_MOST_LINKS_FOLLOWED = 8


def read_commit(folder: Path, ref: str) -> SourceTree:
    """Return the files of ``folder`` at the commit that ``ref`` names.

    Raises:
        ReconcilerError: no repository, no such commit, or no such folder in it.
    """
    git = open_folder(folder)
    if git is None:
        raise ReconcilerError(
            f"{folder} is in no git repository", "--ref and --base need one; leave them out."
        )
    commit = git.resolve(ref)
    entries = {entry.path: entry for entry in git.entries(commit)}
    if not entries:
        raise ReconcilerError(
            f"commit {commit[:12]} has no folder {git.prefix or '.'}",
            "Name the desired-state folder with --desired-state, as the commit has it.",
        )
    targets = _link_targets(git, entries)
    wanted: dict[str, TreeEntry] = {}
    diagnostics: list[Diagnostic] = []
    ignored: list[str] = []
    for path in sorted(entries):
        if not belongs(path):
            ignored.append(path)
            continue
        found = _file_behind(path, entries, targets, shown_path(git.prefix, path))
        if isinstance(found, Diagnostic):
            diagnostics.append(found)
        else:
            wanted[path] = found
    names = [entry.blob for entry in wanted.values() if entry.size <= LARGEST_FILE_BYTES]
    contents = dict(zip(names, git.blobs(names), strict=True))
    too_large = b"\0" * (LARGEST_FILE_BYTES + 1)
    files = {path: contents.get(entry.blob, too_large) for path, entry in wanted.items()}
    return SourceTree(git.prefix, files, git.revision(commit), tuple(diagnostics), tuple(ignored))


def _link_targets(git: GitFolder, entries: dict[str, TreeEntry]) -> dict[str, str]:
    """Return where each symbolic link points, as it is written."""
    links = [entry for entry in entries.values() if entry.mode == SYMLINK]
    contents = git.blobs([link.blob for link in links])
    return {
        link.path: content.decode("utf-8", "surrogateescape")
        for link, content in zip(links, contents, strict=True)
    }


def _file_behind(
    path: str, entries: dict[str, TreeEntry], targets: dict[str, str], shown: str
) -> TreeEntry | Diagnostic:
    """Return the ordinary file that a path leads to inside the folder, or why it is not read."""
    location = Location(path=shown)
    current = path
    for _ in range(_MOST_LINKS_FOLLOWED):
        entry = entries.get(current)
        if entry is None:
            problem = "the link leads to nothing in this folder"
            return kinds.UNREADABLE_FILE.at(location, problem=problem)
        if entry.is_file:
            return entry
        if entry.mode != SYMLINK:
            return kinds.NOT_A_FILE.at(location)
        target = targets[current]
        current = posixpath.normpath(posixpath.join(posixpath.dirname(current), target))
        if posixpath.isabs(target) or current.startswith("../"):
            return kinds.OUTSIDE_LINK.at(location)
    return kinds.UNREADABLE_FILE.at(location, problem="too many links, one after the other")
