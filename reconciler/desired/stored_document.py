"""Documents that are read again when somebody asks what they say, which nearly nobody does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from reconciler.desired.source_tree import SourceTree
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.desired import DesiredConfiguration
from reconciler.model.diagnostic import Location
from reconciler.model.document import Document, JsonValue, Path

_AT_A_TIME = 2_000


class StoredDocument:
    """The ``Document`` of a file that was found to be good, and is kept where it came from."""

    __slots__ = ("_read", "relative", "tree")

    def __init__(self, tree: SourceTree, relative: str, read: Document | None = None) -> None:
        self.tree = tree
        self.relative = relative
        self._read = read

    @property
    def path(self) -> str:
        """The file's path as it is reported."""
        return self.tree.shown(self.relative)

    @property
    def value(self) -> JsonValue:
        """The whole file's value."""
        return self._document().value

    @property
    def is_read(self) -> bool:
        """Whether the file was read again already."""
        return self._read is not None

    def locate(self, path: Path) -> Location:
        """Return where the value at ``path`` begins, else where its deepest existing part does."""
        return self._document().locate(path)

    def locate_key(self, path: Path) -> Location:
        """Return where the key that ends ``path`` is written, else what ``locate`` says."""
        return self._document().locate_key(path)

    def take(self, data: bytes) -> None:
        """Read the file from its bytes."""
        self._read = read_yaml(self.path, data).document

    def _document(self) -> Document:
        if self._read is None:
            self.take(self.tree.files[self.relative])
        if self._read is None:
            raise TypeError(f"{self.path} was good when it was read before")
        return self._read


def read_together(configurations: Iterable[DesiredConfiguration | None]) -> None:
    """Read what configurations hold, all at once; one by one it would take a look-up each."""
    unread: defaultdict[int, list[StoredDocument]] = defaultdict(list)
    for configuration in configurations:
        for layer in configuration.layers if configuration else ():
            document = layer.document
            if isinstance(document, StoredDocument) and not document.is_read:
                unread[id(document.tree)].append(document)
    for several in unread.values():
        rest = iter(several)
        while some := list(islice(rest, _AT_A_TIME)):
            contents = some[0].tree.files.contents([document.relative for document in some])
            for document, data in zip(some, contents, strict=True):
                document.take(data)
