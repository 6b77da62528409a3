"""From files to the desired state: every file is read, and every finding kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from reconciler.desired.assembly import assembled
from reconciler.desired.common_files import CommonFiles, CommonReader
from reconciler.desired.folder_paths import FolderPaths, folder_paths
from reconciler.desired.layout import Place
from reconciler.desired.site_files import SiteFilePath, SiteReader, SiteReading
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.workers import FEW_FILES, each, processes_for
from reconciler.model.desired import DesiredState, UnreadSites
from reconciler.model.diagnostic import Diagnostic
from reconciler.rules.catalog import as_relied_on, check_ranges, enabled_versions
from reconciler.rules.content import ContentChecker

PlacedPath: TypeAlias = tuple[Place, str]


class Shared(NamedTuple):
    """What all sites share."""

    common: CommonFiles
    checker: ContentChecker
    about_manifests: Sequence[tuple[tuple[str, str], Sequence[Diagnostic]]]
    """What is wrong with each manifest; how much it matters depends on who enables it."""


class Beside(NamedTuple):
    """Another tree of which sites were read in the same go, where all that they share is the same.

    Those that it has as they are need no reading; the others are left to whoever reads it.
    """

    tree: SourceTree
    paths: FolderPaths
    differing: Mapping[str, Collection[str]]
    readings: Mapping[str, SiteReading] = MappingProxyType({})


class Parts(Struct, frozen=True):
    """What a desired state was put together from, so that another like it can share it."""

    tree: SourceTree
    paths: FolderPaths
    shared: Shared
    readings: Mapping[str, SiteReading]
    """By the names of the sites, in their order."""
    beside: Beside | None = None


class Loaded(Struct, frozen=True):
    """A desired state as far as it could be read, and every finding about its files."""

    state: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    content: tuple[Diagnostic, ...]
    """What is found about the values of configurations, and the schemas that they are to keep."""
    parts: Parts


def load(
    tree: SourceTree,
    like: Loaded | None = None,
    unread: UnreadSites | None = None,
    beside: SourceTree | None = None,
) -> Loaded:
    """Return the desired state that a tree of files describes.

    Args:
        tree: the files.
        like: another that was read before; where all that sites share is the same in both, files
            that are the same are not read again.
        unread: the sites that belong to it and of which the tree has no files.
        beside: another tree, which is to be loaded ``like`` this one afterwards; what differs is
            read in the same go.
    """
    paths = _paths(tree, like.parts if like else None)
    same = _shared(tree, paths, like)
    shared = same or _read_shared(tree, paths)
    common, checker, about_manifests = shared
    reader = SiteReader(common, checker)
    sites = _Sites(tree, paths, reader, like.parts if like and same else None)
    others = _beside(tree, paths, beside) if beside else None
    readings, beside_readings = sites.read(others)
    diagnostics = [*tree.diagnostics, *paths.diagnostics, *common.diagnostics]
    content: list[Diagnostic] = []
    for reading in readings.values():
        diagnostics += reading.diagnostics
        content += reading.content
    state = assembled(tree, common, reader, readings, diagnostics)
    state = state and replace(state, unread=unread or UnreadSites())
    used = _relied_on(state, shared)
    for version, findings in common.broken.items():
        diagnostics += as_relied_on(findings, relied_on=version in used)
    for version, about in about_manifests:
        content += as_relied_on(about, relied_on=version in used)
    known = others._replace(readings=beside_readings) if others else None
    parts = Parts(tree, paths, shared, readings, known)
    return Loaded(state, tuple(diagnostics), tuple(content), parts)


def _relied_on(state: DesiredState | None, shared: Shared) -> Collection[tuple[str, str]]:
    """Return the extensions and versions that a site enables; where all is well nobody asks."""
    if state is None:
        return shared.common.broken.keys()
    wrong = shared.common.broken or any(found for _, found in shared.about_manifests)
    return enabled_versions(state) if wrong else ()


def _read_shared(tree: SourceTree, paths: FolderPaths) -> Shared:
    common = _common(tree, paths)
    checker = ContentChecker(common.catalog, common.broken_manifests)
    about_manifests = [
        (manifest.identity, [*checker.check_manifest(manifest), *check_ranges(manifest)])
        for manifest in common.catalog
    ]
    return Shared(common, checker, about_manifests)


def _paths(tree: SourceTree, like: Parts | None) -> FolderPaths:
    if like is None:
        return folder_paths(tree)
    if like.beside and like.beside.tree is tree:
        return like.beside.paths
    return _paths_like(tree, like.tree, like.paths)


def _paths_like(tree: SourceTree, other: SourceTree, paths: FolderPaths) -> FolderPaths:
    same = tree.prefix == other.prefix and tree.ignored == other.ignored
    here, there = tree.files, other.files
    if same and all(path in here and path in there for path in here.differing(there)):
        return paths
    return folder_paths(tree)


def _shared(tree: SourceTree, paths: FolderPaths, like: Loaded | None) -> Shared | None:
    """Return what the sites of another desired state share, if it is the same in both."""
    if like is None or not _share(tree, paths, like.parts.tree, like.parts.paths):
        return None
    return like.parts.shared


def _share(
    tree: SourceTree, paths: FolderPaths, other: SourceTree, other_paths: FolderPaths
) -> bool:
    """Return whether all that sites share is the same in two trees."""
    if tree.prefix != other.prefix or paths.common != other_paths.common:
        return False
    return all(_same(tree, other, relative) for _, relative in paths.common)


def _beside(tree: SourceTree, paths: FolderPaths, other: SourceTree) -> Beside | None:
    other_paths = _paths_like(other, tree, paths)
    if not _share(other, other_paths, tree, paths):
        return None
    return Beside(other, other_paths, _differing(other, tree))


def _common(tree: SourceTree, paths: FolderPaths) -> CommonFiles:
    reader = CommonReader()
    contents = tree.files.contents([relative for _, relative in paths.common])
    for (place, relative), data in zip(paths.common, contents, strict=True):
        reader.read(place, tree.shown(relative), data)
    return reader.files


class _SiteJob(NamedTuple):
    """A site to be read: its files, as far as another reading does not serve."""

    slug: str
    files: Sequence[PlacedPath]
    like: tuple[SiteReading, frozenset[str]] | None
    beside: tuple[Sequence[PlacedPath], frozenset[str]] | None
    """The files that the other tree has otherwise, and the extensions that they are of."""


class _Sites:
    """The sites of a tree, to be read; ``like`` has what they share the same."""

    def __init__(
        self, tree: SourceTree, paths: FolderPaths, reader: SiteReader, like: Parts | None
    ) -> None:
        self._tree = tree
        self._paths = paths
        self._reader = reader
        self._like = like
        self._differing: Mapping[str, Collection[str]] = {}
        if like is not None:
            known = like.beside if like.beside and like.beside.tree is tree else None
            self._differing = known.differing if known else _differing(tree, like.tree)

    def read(self, beside: Beside | None) -> tuple[dict[str, SiteReading], dict[str, SiteReading]]:
        """Return what the folder of every site says, in the order of the sites' names.

        And what those say of ``beside`` that have something else there, as far as that could be
        read by what they have here.
        """
        known = self._known()
        needed = [
            (slug, files) for slug, files in sorted(self._paths.sites.items()) if slug not in known
        ]
        jobs = self._jobs(needed, beside)
        number = sum(len(job.files) + len(job.beside[0] if job.beside else ()) for job in jobs)
        other_tree, keep = beside.tree if beside else self._tree, number < FEW_FILES

        def read(some: Sequence[_SiteJob]) -> Iterator[tuple[SiteReading, SiteReading | None]]:
            return self._read(some, other_tree, keep=keep)

        beside_readings = {}
        for reading, other in each(read, jobs, processes_for(number)):
            known[reading.slug] = reading
            if other is not None:
                beside_readings[reading.slug] = other
        return {slug: known[slug] for slug in sorted(known)}, beside_readings

    def _known(self) -> dict[str, SiteReading]:
        """Return the sites of which another reading has it all."""
        if self._like is None:
            return {}
        beside = self._like.beside
        known = dict(beside.readings) if beside and beside.tree is self._tree else {}
        for slug, reading in self._like.readings.items():
            if reading.is_clean and slug in self._paths.sites and slug not in self._differing:
                known[slug] = reading
        return known

    def _jobs(
        self,
        needed: Sequence[tuple[str, Sequence[PlacedPath]]],
        beside: Beside | None,
    ) -> list[_SiteJob]:
        if beside is None:
            return [self._job(slug, files) for slug, files in needed]
        return [
            _SiteJob(
                slug,
                files,
                None,
                _changed(beside.paths.sites.get(slug, ()), files, beside.differing.get(slug, ())),
            )
            for slug, files in needed
        ]

    def _job(self, slug: str, files: Sequence[PlacedPath]) -> _SiteJob:
        other = self._like.readings.get(slug) if self._like else None
        if self._like is None or other is None or not other.is_clean:
            return _SiteJob(slug, files, None, None)
        before = self._like.paths.sites[slug]
        changed = _changed(files, before, self._differing.get(slug, frozenset()))
        if changed is None:
            return _SiteJob(slug, files, None, None)
        return _SiteJob(slug, changed[0], (other, changed[1]), None)

    def _read(
        self, jobs: Sequence[_SiteJob], other_tree: SourceTree, *, keep: bool
    ) -> Iterator[tuple[SiteReading, SiteReading | None]]:
        """Yield what sites say, and what they say in the other tree."""
        contents = _contents(self._tree, [job.files for job in jobs])
        others = _contents(other_tree, [job.beside[0] for job in jobs if job.beside])
        for job in jobs:
            files = _files(self._tree, job.files, contents)
            reading, beside = self._reader.read(job.slug, files, job.like, keep=keep), None
            if job.beside is not None:
                before = list(_files(other_tree, job.beside[0], others))
                if reading.is_clean:
                    like = reading, job.beside[1]
                    beside = self._reader.read(job.slug, before, like, keep=keep)
            yield reading, beside


def _changed(
    files: Sequence[PlacedPath], other: Sequence[PlacedPath], differing: Collection[str]
) -> tuple[list[PlacedPath], frozenset[str]] | None:
    """Return which of a site's files are to be read, and the extensions that changed.

    None where nothing did, or so much that all are to be read.
    """
    concerned = {file for file in (*files, *other) if file[1] in differing}
    if not concerned or any(place.kind == "site" for place, _ in concerned):
        return None
    extensions = frozenset(place.second for place, _ in concerned)
    return [file for file in files if file in concerned], extensions


def _differing(tree: SourceTree, other: SourceTree) -> dict[str, set[str]]:
    """Return the paths that two trees are not known to have alike, by the site they are of."""
    found: dict[str, set[str]] = {}
    for relative in tree.files.differing(other.files):
        top, _, rest = relative.partition("/")
        if top == "sites":
            found.setdefault(rest.partition("/")[0], set()).add(relative)
    return found


def _contents(tree: SourceTree, files: Sequence[Sequence[PlacedPath]]) -> Iterator[bytes]:
    return iter(tree.files.contents([relative for some in files for _, relative in some]))


def _same(tree: SourceTree, other: SourceTree, relative: str) -> bool:
    """Return whether a file is known to be the same, byte for byte, in two trees."""
    identity = tree.files.identity(relative)
    return identity is not None and identity == other.files.identity(relative)


def _files(
    tree: SourceTree, files: Iterable[PlacedPath], contents: Iterator[bytes]
) -> Iterator[tuple[SiteFilePath, bytes]]:
    for place, relative in files:
        yield SiteFilePath(place, tree.shown(relative)), next(contents)
