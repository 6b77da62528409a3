"""The files of a desired-state folder, wherever they were read from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from reconciler.model.desired import Revision
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.kinds import folder as kinds

LARGEST_FILE_BYTES = 1024 * 1024
READ_SUFFIXES = (".yaml", ".yml", ".json")
_MOST_LINKS_FOLLOWED = 40


class Files(Mapping[str, bytes]):
    """The bytes of files by path; whoever wants many asks for them together."""

    def contents(self, paths: Sequence[str]) -> Iterable[bytes]:
        """Return the bytes of files, in the order asked for."""
        return [self[path] for path in paths]

    @abstractmethod
    def identity(self, path: str) -> str | None:
        """Return what names the bytes of a file wherever they stand; None where nothing does."""

    def differing(self, other: Files) -> Iterator[str]:
        """Yield the paths that these and others are not known to have alike, byte for byte."""
        for path in self:
            identity = self.identity(path)
            if identity is None or identity != other.identity(path):
                yield path
        yield from (path for path in other if path not in self)


class ReadFiles(Files):
    """Files that were read already.

    Args:
        contents: their bytes.
        identities: git's names of those that a commit has as they are.
    """

    def __init__(
        self, contents: Mapping[str, bytes], identities: Mapping[str, str] | None = None
    ) -> None:
        self._contents = contents
        self._identities = identities or {}

    def __getitem__(self, path: str) -> bytes:
        return self._contents[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)

    def identity(self, path: str) -> str | None:
        """Return git's name of a file's bytes, if it is known."""
        return self._identities.get(path)


class SourceTree(Struct, frozen=True):
    """A desired state's files: bytes by path relative to its folder, in path order.

    ``prefix`` is put before a relative path wherever a path is shown, so that it can be opened.
    Only files that could belong to a desired state are read; others are named in ``ignored``.
    ``has_links`` says whether there are symbolic links among them.
    """

    prefix: str
    files: Files
    revision: Revision
    diagnostics: tuple[Diagnostic, ...] = ()
    ignored: tuple[str, ...] = field(default=())
    has_links: bool = False

    def shown(self, relative: str) -> str:
        """Return a relative path as it is reported."""
        return shown_path(self.prefix, relative)


def shown_path(prefix: str, relative: str) -> str:
    """Return ``relative`` below ``prefix``; an empty prefix is the repository's own root."""
    return f"{prefix}/{relative}" if prefix else relative


def belongs(relative: str) -> bool:
    """Return whether a path could be a part of a desired state, and so is read."""
    return relative.endswith(READ_SUFFIXES) and not is_hidden(relative)


def is_hidden(relative: str) -> bool:
    """Return whether a file, or a folder above it, is one that nobody means to be read."""
    return relative.startswith(".") or "/." in relative


def where_it_leads(
    relative: str, link_target: Callable[[str], str | None], location: Location
) -> str | Diagnostic:
    """Return the path, without links, that a path inside the folder leads to, or why it may not.

    A folder and a commit are read by this one rule, so that both find the same.

    Args:
        relative: a path relative to the folder.
        link_target: returns what the symbolic link at a path says; None where there is no link.
        location: where a finding is reported.
    """
    done: list[str] = []
    rest = relative.split("/")[::-1]
    followed = 0
    while rest:
        part = rest.pop()
        if part == ".." and not done:
            return kinds.OUTSIDE_LINK.at(location)
        if part == "..":
            done.pop()
        elif part not in ("", "."):
            done.append(part)
            target = link_target("/".join(done))
            if target is None:
                continue
            followed += 1
            if followed > _MOST_LINKS_FOLLOWED:
                return kinds.UNREADABLE_FILE.at(location, problem="a circle of links")
            if target.startswith("/"):
                return kinds.OUTSIDE_LINK.at(location)
            done.pop()
            rest.extend(target.split("/")[::-1])
    return "/".join(done)
