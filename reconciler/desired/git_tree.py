"""A desired state as it stands at a commit, read from git objects and never by checkout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from reconciler.desired.git import SYMLINK, GitFolder, TreeEntry, open_folder
from reconciler.desired.source_tree import (
    LARGEST_FILE_BYTES,
    Files,
    SourceTree,
    belongs,
    is_hidden,
    shown_path,
    where_it_leads,
)
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.errors import ReconcilerError
from reconciler.model.kinds import folder as kinds

_TOO_LARGE = b"\0" * (LARGEST_FILE_BYTES + 1)


def read_commit(
    folder: Path,
    ref: str,
    below: Collection[str] | None = None,
    like: SourceTree | None = None,
) -> SourceTree:
    """Return the files of ``folder`` at the commit that ``ref`` names.

    Args:
        folder: the desired-state folder.
        ref: names the commit.
        below: which files and folders in it, relative to it; without, all of them.
        like: the same folder at another commit, of which only the differences are asked for.

    Raises:
        ReconcilerError: no repository, no such commit, or no such folder in it.
    """
    git = _repository(folder)
    commit = git.resolve(ref)
    if like is not None and (files := _files_like(git, commit, like)) is not None:
        return SourceTree(git.prefix, files, git.revision(commit, ref=git.branch_or_tag(ref)))
    entries = {entry.path: entry for entry in git.entries(commit, below)}
    if not entries:
        raise ReconcilerError(
            f"commit {commit[:12]} has no folder {git.prefix or '.'}",
            "Name the desired-state folder with --desired-state, as the commit has it.",
        )
    selected = _select(git, entries)
    return SourceTree(
        git.prefix,
        CommittedFiles(git, selected.files),
        git.revision(commit, ref=git.branch_or_tag(ref)),
        tuple(selected.diagnostics),
        tuple(selected.ignored),
        has_links=any(entry.mode == SYMLINK for entry in entries.values()),
    )


def commit_named(folder: Path, ref: str) -> str:
    """Return the commit that ``ref`` names.

    Raises:
        ReconcilerError: no repository, or no such commit.
    """
    return _repository(folder).resolve(ref)


def branch_or_tag_named(folder: Path, ref: str) -> str | None:
    """Return the whole name of the branch or tag that ``ref`` is; None for a commit's name.

    Raises:
        ReconcilerError: no repository, or no such commit.
    """
    return _repository(folder).branch_or_tag(ref)


def _repository(folder: Path) -> GitFolder:
    git = open_folder(folder)
    if git is None:
        raise ReconcilerError(
            f"{folder} is in no git repository", "--ref and --base need one; leave them out."
        )
    return git


class CommittedFiles(Files):
    """The files of a commit, read from git when they are asked for and not kept.

    Args:
        git: the repository.
        entries: the entry of each file by its path.
    """

    def __init__(self, git: GitFolder, entries: Mapping[str, TreeEntry]) -> None:
        self._git = git
        self._entries = entries

    @property
    def entries(self) -> Mapping[str, TreeEntry]:
        """The entry of each file by its path."""
        return self._entries

    def __getitem__(self, path: str) -> bytes:
        return next(iter(self.contents([path])))

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, path: object) -> bool:
        return path in self._entries

    def contents(self, paths: Sequence[str]) -> Iterator[bytes]:
        """Yield the bytes of files in the order asked for; of one that is too large, too many."""
        names = [self._entries[path].blob for path in paths]
        for content in self._git.blobs(names, LARGEST_FILE_BYTES):
            yield _TOO_LARGE if content is None else content

    def with_changes(self, changes: Mapping[str, TreeEntry | None]) -> CommittedFiles:
        """Return these files with some others in their places, or none."""
        kept = {path: entry for path, entry in self._entries.items() if path not in changes}
        new = {path: entry for path, entry in changes.items() if entry is not None}
        return CommittedFiles(self._git, {**kept, **new})

    def differing(self, other: Files) -> Iterator[str]:
        """Yield the paths that these and others are not known to have alike, byte for byte."""
        if not isinstance(other, CommittedFiles):
            yield from super().differing(other)
            return
        here, there = self._entries, other.entries
        for path, entry in here.items():
            beside = there.get(path)
            if beside is not entry and (beside is None or beside.blob != entry.blob):
                yield path
        yield from (path for path in there if path not in here)

    def identity(self, path: str) -> str | None:
        """Return git's name of a file's bytes; None where there is no such file."""
        entry = self._entries.get(path)
        return entry.blob if entry else None


def _files_like(git: GitFolder, commit: str, like: SourceTree) -> CommittedFiles | None:
    """Return a commit's files by another's; None where something is to be said of a path."""
    other = like.revision.commit
    files = like.files
    if other is None or not isinstance(files, CommittedFiles):
        return None
    if like.prefix != git.prefix or like.diagnostics or like.ignored or like.has_links:
        return None
    changes = git.differing_entries(other, commit)
    for path, entry in changes.items():
        if entry is not None and not (entry.is_file and belongs(path)):
            return None
    return files.with_changes(changes) or None


def committed_blobs(git: GitFolder, commit: str) -> dict[str, str]:
    """Return the blob of each file that a desired state at ``commit`` would be read from."""
    entries = {entry.path: entry for entry in git.entries(commit)}
    return {path: entry.blob for path, entry in _select(git, entries).files.items()}


class _Selected(Struct):
    """The entries of a tree: files to read, findings about others, and what is no part of it."""

    files: dict[str, TreeEntry] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def _select(git: GitFolder, entries: dict[str, TreeEntry]) -> _Selected:
    targets = _link_targets(git, entries)
    selected = _Selected()
    for path in sorted(entries):
        entry = entries[path]
        if not targets and entry.is_file and belongs(path):
            selected.files[path] = entry  # without links, every path leads to itself
            continue
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
    contents = git.blobs([link.blob for link in links], LARGEST_FILE_BYTES)
    return {
        link.path: (content or b"").decode("utf-8", "surrogateescape")
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
