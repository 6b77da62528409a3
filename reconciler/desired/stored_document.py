"""Documents that are read again when somebody asks what they say, which nearly nobody does."""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import cast

from reconciler.desired.source_tree import SourceTree
from reconciler.desired.workers import each, processes_for
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Location
from reconciler.model.document import Document, JsonValue, Path

_AT_A_TIME = 200


class StoredDocument:
    """The ``Document`` of a file that was found to be good, and is kept where it came from."""

    __slots__ = ("_packed", "_read", "relative", "tree")

    def __init__(self, tree: SourceTree, relative: str, read: Document | None = None) -> None:
        self.tree = tree
        self.relative = relative
        self._read = read
        self._packed: bytes | None = None

    @property
    def path(self) -> str:
        """The file's path as it is reported."""
        return self.tree.shown(self.relative)

    @property
    def value(self) -> JsonValue:
        """The whole file's value.

        Where there are many, it is unpacked each time: it is there when it is needed, and is as
        little in the way as the file is.
        """
        if self._packed is not None:
            return cast("JsonValue", marshal.loads(self._packed))  # noqa: S302 -- of this program
        return self._document().value

    @property
    def is_read(self) -> bool:
        """Whether it is known what the file says."""
        return self._packed is not None or self._read is not None

    def locate(self, path: Path) -> Location:
        """Return where the value at ``path`` begins, else where its deepest existing part does."""
        return self._document().locate(path)

    def locate_key(self, path: Path) -> Location:
        """Return where the key that ends ``path`` is written, else what ``locate`` says."""
        return self._document().locate_key(path)

    def take(self, packed: bytes) -> None:
        """Take what the file says from whoever read it, as ``marshal`` writes it."""
        self._packed = packed

    def _document(self) -> Document:
        if self._read is None:
            self._read = _good(self.path, self.tree.files[self.relative])
        return self._read


def read_together(configurations: Iterable[DesiredConfiguration]) -> None:
    """Read what configurations hold, all at once; one by one it would take a look-up each."""
    unread: defaultdict[int, list[StoredDocument]] = defaultdict(list)
    for configuration in configurations:
        for layer in configuration.layers:
            document = layer.document
            if isinstance(document, StoredDocument) and not document.is_read:
                unread[id(document.tree)].append(document)
    for several in unread.values():
        tree = several[0].tree
        paths = [document.relative for document in several]

        def values(
            numbers: Sequence[int], tree: SourceTree = tree, paths: Sequence[str] = paths
        ) -> Iterator[list[tuple[int, bytes]]]:
            return _values(tree, paths, numbers)

        for some in each(values, range(len(paths)), processes_for(len(paths))):
            for number, packed in some:
                several[number].take(packed)


def _values(
    tree: SourceTree, paths: Sequence[str], numbers: Sequence[int]
) -> Iterator[list[tuple[int, bytes]]]:
    """Yield what the files of some numbers say, several at a time, as ``marshal`` writes it."""
    contents = iter(tree.files.contents([paths[number] for number in numbers]))
    rest = iter(numbers)
    while some := list(islice(rest, _AT_A_TIME)):
        yield [
            (number, marshal.dumps(_good(tree.shown(paths[number]), next(contents)).value))
            for number in some
        ]


def _good(path: str, data: bytes) -> Document:
    document = read_yaml(path, data).document
    if document is None:
        raise TypeError(f"{path} was good when it was read before")
    return document
