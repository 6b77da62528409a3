"""A desired state as it stands at a commit, read from git objects and never by checkout."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler.desired.git import SYMLINK, GitFolder, TreeEntry, open_folder
from reconciler.desired.source_tree import (
    LARGEST_FILE_BYTES,
    SourceTree,
    belongs,
    is_hidden,
    shown_path,
    where_it_leads,
)
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.errors import ReconcilerError
from reconciler.model.kinds import folder as kinds


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
    selected = _select(git, entries)
    sizes = {entry.blob: entry.size for entry in selected.files.values()}
    names = [blob for blob, size in sizes.items() if size <= LARGEST_FILE_BYTES]
    contents = dict(zip(names, git.blobs(names), strict=True))
    too_large = b"\0" * (LARGEST_FILE_BYTES + 1)
    return SourceTree(
        git.prefix,
        {path: contents.get(entry.blob, too_large) for path, entry in selected.files.items()},
        git.revision(commit, ref=git.branch_or_tag(ref)),
        tuple(selected.diagnostics),
        tuple(selected.ignored),
    )


def committed_blobs(git: GitFolder, commit: str) -> dict[str, str]:
    """Return the blob of each file that a desired state at ``commit`` would be read from."""
    entries = {entry.path: entry for entry in git.entries(commit)}
    return {path: entry.blob for path, entry in _select(git, entries).files.items()}


@dataclass(slots=True)
class _Selected:
    """The entries of a tree: files to read, findings about others, and what is no part of it."""

    files: dict[str, TreeEntry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def _select(git: GitFolder, entries: dict[str, TreeEntry]) -> _Selected:
    targets = _link_targets(git, entries)
    selected = _Selected()
    for path in sorted(entries):
        found = _file_behind(path, entries, targets, shown_path(git.prefix, path))
        if is_hidden(path) or (isinstance(found, TreeEntry) and not belongs(path)):
            selected.ignored.append(path)
        elif isinstance(found, Diagnostic):
            selected.diagnostics.append(found)
        else:
            selected.files[path] = found
    return selected


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
    behind = where_it_leads(path, targets.get, location)
    if isinstance(behind, Diagnostic):
        return behind
    entry = entries.get(behind)
    if entry is None and not any(below.startswith(f"{behind}/") for below in entries):
        return kinds.UNREADABLE_FILE.at(location, problem="the link leads to nothing")
    return entry if entry and entry.is_file else kinds.NOT_A_FILE.at(location)
