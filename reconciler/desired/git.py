"""Git, read and never written: commits, trees, blobs and who touched a file.

Every call runs git without a shell, with hooks and fsmonitor off, and no ref can be taken for
an option. Nothing is checked out.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from git import Git, GitCommandError, GitCommandNotFound, InvalidGitRepositoryError, Repo
from git.exc import NoSuchPathError
from msgspec import Struct

from reconciler.desired.git_answers import (
    PART_BYTES,
    as_error,
    as_shown,
    exactly,
    failure_of,
    parts_of,
)
from reconciler.desired.git_log import COMMIT_NAME, LOG_OF_TOUCHES, touches
from reconciler.desired.tree_object import as_text
from reconciler.model.authorship import Authorship
from reconciler.model.desired import Revision
from reconciler.model.errors import ReconcilerError

# Hooks and fsmonitor are programs of somebody's choice; the others change what git prints.
_SAFE_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
)
_SAFE_OPTIONS = tuple(part for setting in _SAFE_SETTINGS for part in ("-c", setting))
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
_REGULAR = ("100644", "100755")
SYMLINK = "120000"
# Beyond this, asking for the whole folder is cheaper, and no command line grows too long.
_MOST_PATHSPECS = 200
# What ends a line of those that git is asked by; of one that ends in CR it takes that away.
_ENDS_LINE = re.compile(r"\n|\r$")
_FETCH = "Fetch it: the clone is partial or damaged."


class TreeEntry(NamedTuple):
    """One entry of a commit's tree; ``blob`` is git's name of it, whatever it is."""

    mode: str
    blob: str
    path: str

    @property
    def is_file(self) -> bool:
        """Whether this is an ordinary file."""
        return self.mode in _REGULAR


class GitFolder(Struct, frozen=True):
    """A folder inside a repository, which need not exist in the working tree."""

    root: Path
    prefix: str
    """The folder's path from the repository's root, with ``/``; empty for the root itself."""

    @property
    def _beginning(self) -> str:
        """What paths from the repository's root begin with, of what is in the folder."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def _whole(self) -> list[str]:
        """The whole folder as a list of paths; where that is the repository, no path is named."""
        return [self.prefix] if self.prefix else []

    @property
    def is_one_line(self) -> bool:
        """Whether the folder's name is one line, so that git can be asked for what is in it."""
        return not _ENDS_LINE.search(self.prefix)

    def _run(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        with tempfile.TemporaryFile() as given:
            given.write(stdin or b"")
            given.seek(0)
            output = self._started(
                *arguments,
                istream=given,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        if not isinstance(output, bytes):
            raise TypeError("git answered with text where bytes were asked for")
        return output

    def _started(self, *arguments: str, **options: Any) -> Any:
        command = ["git", *_SAFE_OPTIONS, *arguments]
        try:
            return Git(self.root).execute(command, env=_ENVIRONMENT, **options)
        except GitCommandNotFound:
            raise ReconcilerError("git is not installed", "Install git.") from None
        except GitCommandError as error:
            raise as_error(error) from None

    def resolve(self, ref: str) -> str:
        """Return the commit that ``ref`` names.

        Raises:
            ReconcilerError: there is no such commit.
        """
        try:
            return _commit(self, ref) if COMMIT_NAME.fullmatch(ref) else self.look_up(ref)
        except ReconcilerError:
            raise ReconcilerError(
                f"there is no commit {ref!r} in {self.root.name}",
                "Name a commit, branch or tag; in a shallow clone, fetch it first.",
            ) from None

    def look_up(self, ref: str) -> str:
        """Return the commit that ``ref`` names, asked of git whatever was asked before."""
        output = self._run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
        # git's own option terminator is echoed by versions before 2.46.
        return output.decode().split()[-1]

    def branch_or_tag(self, ref: str) -> str | None:
        """Return the whole name of the branch or tag that ``ref`` is; None for a commit's name."""
        if COMMIT_NAME.fullmatch(ref):
            return None
        output = self._run("rev-parse", "--symbolic-full-name", "--end-of-options", ref)
        # git's own option terminator is echoed by versions before 2.46.
        name = as_shown(output).rstrip("\n").rpartition("\n")[2]
        return name if name.startswith("refs/") else None

    def revision(self, commit: str, *, dirty: bool = False, ref: str | None = None) -> Revision:
        """Return a commit's author and subject; ``ref`` is the branch or tag that led to it."""
        # Not `show`, which looks for what a commit changed even where it is not to say so.
        logged = self._run("log", "-1", "--format=%an%x00%ae%x00%s", commit, "--")
        author_name, author_email, subject = as_shown(logged).rstrip("\n").split("\0")
        return Revision(commit, dirty, author_name, author_email, subject, ref)

    def entries(self, commit: str, below: Collection[str] | None = None) -> list[TreeEntry]:
        """Return the tree's entries below the folder, with paths relative to it.

        Args:
            commit: the commit.
            below: files and folders, relative to this one; without, all there is.
        """
        beginning = self._beginning
        paths = self._whole if below is None else [beginning + path for path in sorted(below)]
        return self._tree("-r", "--full-tree", commit, "--", *paths, beginning=beginning)

    def differing_entries(self, one: str, other: str) -> dict[str, TreeEntry | None]:
        """Return what ``other`` has otherwise than ``one``, by path; None where it has nothing."""
        options = ("-r", "-z", "--raw", "--no-renames", "--no-commit-id")
        output = self._run("diff-tree", *options, one, other, "--", *self._whole)
        parts = as_text(output).split("\0")
        beginning = self._beginning
        found: dict[str, TreeEntry | None] = {}
        for facts, path in zip(parts[::2], parts[1::2], strict=False):
            _, mode, _, name, _ = facts.split(" ")
            relative = path[len(beginning) :]
            there = int(mode, 8) != 0
            found[relative] = TreeEntry(mode, name, relative) if there else None
        return found

    def _tree(self, *arguments: str, beginning: str = "") -> list[TreeEntry]:
        """Return entries of a tree; ``beginning`` is left out of their paths."""
        lines = as_text(self._run("ls-tree", "-z", *arguments))
        cut = len(beginning)
        entries = []
        for line in lines.split("\0")[:-1]:
            facts, path = line.split("\t", 1)
            mode, _, name = facts.split(" ")
            entries.append(TreeEntry(intern(mode), name, path[cut:]))
        return entries

    def links(self, commit: str, paths: Collection[str]) -> set[str]:
        """Return which of ``paths`` (from the repository's root) a commit has as symbolic links."""
        below = sorted(paths) if len(paths) <= _MOST_PATHSPECS else self._whole
        entries = self._tree("-r", "--full-tree", commit, "--", *below)
        return {entry.path for entry in entries if entry.mode == SYMLINK} & set(paths)

    def blobs(self, names: Collection[str], largest: int) -> Iterator[bytes | None]:
        """Yield the contents of blobs, in the order asked for, from one git process.

        Of one of more than ``largest`` bytes None is yielded, and no more than a part is held.

        Raises:
            ReconcilerError: the repository lacks one of them, or git cannot read it.
        """
        if not names:
            return
        with self._answering("cat-file", "--batch", "--buffer", asked=names) as git:
            answers = git.stdout
            for name in names:
                header = answers.readline()
                if header == f"{name} missing\n".encode():
                    raise ReconcilerError(f"the repository lacks object {name}", _FETCH)
                if not header.endswith(b"\n"):
                    raise EOFError
                size = int(header.split()[2])
                if size <= largest:
                    yield exactly(answers, size + 1)[:-1]
                    continue
                for skipped in range(0, size + 1, PART_BYTES):
                    exactly(answers, min(PART_BYTES, size + 1 - skipped))
                yield None

    @contextmanager
    def _answering(self, *arguments: str, asked: Iterable[str] = ()) -> Iterator[Any]:
        """Run git, with lines to answer, and give the process, to read what it answers.

        Raises:
            ReconcilerError: git stopped before the end, for which EOFError was raised inside.
        """
        with tempfile.TemporaryFile() as given:
            given.write("".join(f"{line}\n" for line in asked).encode())
            given.seek(0)
            process = self._started(*arguments, istream=given, as_process=True)
            try:
                yield process
            except EOFError:
                cut_short = ReconcilerError("git ended before it had answered", "Run it again.")
                raise failure_of(process) or cut_short from None
            finally:
                process.stdout.close()
                process.stderr.close()
                process.terminate()

    def shallow_boundary(self) -> frozenset[str]:
        """Return the commits whose parents a shallow clone lacks; empty for a whole clone."""
        if self._run("rev-parse", "--is-shallow-repository").strip() != b"true":
            return frozenset()
        listed = as_shown(self._run("rev-parse", "--git-path", "shallow")).strip()
        return frozenset((self.root / listed).read_text(encoding="ascii").split())

    def contents(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """Yield what objects hold, each named as git names it; None where there is none such.

        Raises:
            ReconcilerError: git cannot be asked for one, as its name is more than a line.
        """
        if odd := next(filter(_ENDS_LINE.search, names), None):
            problem = f"git cannot be asked for {odd!r}, which has a line break in its name"
            raise ReconcilerError(problem, "Rename the folder or file, and commit that.")
        wanted = "".join(f"{name}\n" for name in names).encode()
        output = self._run("cat-file", "--batch", "--buffer", stdin=wanted) if names else b""
        position = 0
        for name in names:
            header_end = output.index(b"\n", position)
            header = output[position:header_end]
            position = header_end + 1
            if header == name.encode() + b" missing":
                yield None
                continue
            size = int(header.rsplit(b" ", 1)[1])
            yield output[position : position + size]
            position += size + 1

    def known_commits(self, names: Collection[str]) -> set[str]:
        """Return those of ``names`` that are commits of this repository."""
        wanted = sorted(name for name in names if COMMIT_NAME.fullmatch(name))
        found = self.contents([f"{name}^{{commit}}" for name in wanted])
        return {name for name, held in zip(wanted, found, strict=True) if held is not None}

    def touched_between(self, since: str, until: str) -> set[str]:
        """Return every path below the folder that a commit touched which ``until`` alone has.

        Also where a later one took it back, and on branches that were merged.
        """
        return self._names("--cc", "--full-history", f"{since}..{until}")

    def differing_ways(self, one: str, other: str) -> set[str] | None:
        """Return every path below the folder that was touched since two commits went apart.

        Of a merge only what it brought counts. None where that says nothing of what git tells
        of the other paths: the two have no common line of first parents.
        """
        found: set[str] = set()
        if one == other:
            return found
        if not (COMMIT_NAME.fullmatch(one) and COMMIT_NAME.fullmatch(other)):
            return None
        try:
            fork = as_shown(self._run("merge-base", one, other)).split()[0]
        except (ReconcilerError, IndexError):
            return None
        for end in (one, other):
            line = self._run("rev-list", "--first-parent", "--parents", f"{fork}..{end}")
            commits = as_shown(line).splitlines()
            if commits and commits[-1].split()[1:2] != [fork]:
                return None
            if commits:
                found |= self._names("--first-parent", "-m", f"{fork}..{end}")
        return found

    def _names(self, *arguments: str) -> set[str]:
        options = ("--no-renames", "--name-only", "-z", "--format=")
        listed = as_shown(self._run("log", *options, *arguments, "--", *self._whole))
        return {path.removeprefix("\n") for path in listed.split("\0") if path.strip("\n")}

    def commits_between(self, since: str, until: str) -> frozenset[str]:
        """Return the commits that ``until`` has and ``since`` has not."""
        listed = self._run("rev-list", until, f"^{since}", "--")
        return frozenset(as_shown(listed).split())

    def authorship(self, commit: str, paths: Collection[str]) -> dict[str, Authorship]:
        """Return who last touched each of ``paths`` (from the repository's root), by ``commit``.

        A path that no commit touched is left out. Where a shallow clone's history ends, every
        file seems to be new: what was found there is marked as uncertain.
        """
        found: dict[str, Authorship] = {}
        for path, author in self._touches(commit, paths):
            found.setdefault(path, author)
            if len(found) == len(paths):
                break  # the history before that may be long
        return found

    def touches(self, commit: str, paths: Collection[str]) -> dict[str, list[Authorship]]:
        """Return every commit that touched each of ``paths``, the newest first; see above."""
        found: dict[str, list[Authorship]] = {}
        for path, author in self._touches(commit, paths):
            found.setdefault(path, []).append(author)
        return found

    def _touches(self, commit: str, paths: Collection[str]) -> Iterator[tuple[str, Authorship]]:
        if not paths:
            return
        asked = sorted(paths) if len(paths) <= _MOST_PATHSPECS else self._whole
        boundary = self.shallow_boundary()
        with self._answering(*LOG_OF_TOUCHES, commit, "--", *asked) as git:
            yield from touches(parts_of(git.stdout), frozenset(paths), boundary)
            if failed := failure_of(git):
                raise failed


@lru_cache(maxsize=64)
def _commit(git: GitFolder, name: str) -> str:
    """Return the commit that a whole name leads to: it never changes, and is asked for once."""
    return git.look_up(name)


def open_folder(folder: Path) -> GitFolder | None:
    """Return the repository that a folder lies in, or would lie in; None outside git."""
    absolute = folder.resolve()
    # os.path, since pathlib raises where a folder above may not be looked into.
    existing = next(each for each in (absolute, *absolute.parents) if os.path.isdir(each))  # noqa: PTH112
    try:
        with Repo(existing, search_parent_directories=True) as repository:
            root = Path(repository.working_tree_dir or repository.git_dir)
    except (InvalidGitRepositoryError, NoSuchPathError):
        return None
    relative = absolute.relative_to(root.resolve())
    return GitFolder(root, "" if relative == Path() else relative.as_posix())
