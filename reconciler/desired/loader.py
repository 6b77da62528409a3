"""From files to the desired state: every file is read, and every finding kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from reconciler.desired.assembly import assembled
from reconciler.desired.common_files import CommonFiles, CommonReader
from reconciler.desired.folder_paths import FolderPaths, folder_paths
from reconciler.desired.layout import Place
from reconciler.desired.site_files import SiteFilePath, SiteReader, SiteReading
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.workers import FEW_FILES, each, processes_for
from reconciler.model.collection import rare_collection
from reconciler.model.desired import DesiredState, UnreadSites
from reconciler.model.diagnostic import Diagnostic
from reconciler.rules.catalog import as_relied_on, check_ranges, enabled_versions
from reconciler.rules.content import ContentChecker

_FILES_A_JOB = 1_000


class Shared(NamedTuple):
    """What all sites share."""

    common: CommonFiles
    checker: ContentChecker
    about_manifests: Sequence[tuple[tuple[str, str], Sequence[Diagnostic]]]
    """What is wrong with each manifest; how much it matters depends on who enables it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a desired state was put together from, so that another like it can share it."""

    tree: SourceTree
    paths: FolderPaths
    shared: Shared
    readings: Mapping[str, SiteReading]
    """By the names of the sites, in their order."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A desired state as far as it could be read, and every finding about its files."""

    state: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    content: tuple[Diagnostic, ...]
    """What is found about the values of configurations, and the schemas that they are to keep."""
    parts: Parts


def load(tree: SourceTree, like: Loaded | None = None, unread: UnreadSites | None = None) -> Loaded:
    """Return the desired state that a tree of files describes.

    Args:
        tree: the files.
        like: another that was read before; where all that sites share is the same in both, files
            that are the same are not read again.
        unread: the sites that belong to it and of which the tree has no files.
    """
    with rare_collection():
        return _load(tree, like, unread or UnreadSites())


def _load(tree: SourceTree, like: Loaded | None, unread: UnreadSites) -> Loaded:
    paths = _paths(tree, like)
    same = _shared(tree, paths, like)
    shared = same or _read_shared(tree, paths)
    common, checker, about_manifests = shared
    reader = SiteReader(common, checker)
    readings = _read_sites(tree, paths, reader, like.parts if like and same else None)
    diagnostics = [*tree.diagnostics, *paths.diagnostics, *common.diagnostics]
    content: list[Diagnostic] = []
    for reading in readings.values():
        diagnostics += reading.diagnostics
        content += reading.content
    state = assembled(tree, common, reader, readings, diagnostics)
    state = state and replace(state, unread=unread)
    used = _relied_on(state, shared)
    for version, findings in common.broken.items():
        diagnostics += as_relied_on(findings, relied_on=version in used)
    for version, about in about_manifests:
        content += as_relied_on(about, relied_on=version in used)
    parts = Parts(tree, paths, shared, readings)
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


def _paths(tree: SourceTree, like: Loaded | None) -> FolderPaths:
    if like is not None:
        other = like.parts.tree
        same = tree.prefix == other.prefix and tree.ignored == other.ignored
        if same and tree.files.keys() == other.files.keys():
            return like.parts.paths
    return folder_paths(tree)


def _shared(tree: SourceTree, paths: FolderPaths, like: Loaded | None) -> Shared | None:
    """Return what the sites of another desired state share, if it is the same in both."""
    if like is None or tree.prefix != like.parts.tree.prefix:
        return None
    if paths.common != like.parts.paths.common:
        return None
    same = all(_same(tree, like.parts.tree, relative) for _, relative in paths.common)
    return like.parts.shared if same else None


def _common(tree: SourceTree, paths: FolderPaths) -> CommonFiles:
    reader = CommonReader()
    contents = tree.files.contents([relative for _, relative in paths.common])
    for (place, relative), data in zip(paths.common, contents, strict=True):
        reader.read(place, tree.shown(relative), data)
    return reader.files


def _read_sites(
    tree: SourceTree, paths: FolderPaths, reader: SiteReader, like: Parts | None
) -> dict[str, SiteReading]:
    """Return what the folder of every site says, in the order of the sites' names."""
    jobs = [_site_job(tree, slug, files, like) for slug, files in sorted(paths.sites.items())]

    def read(several: Sequence[_SiteJob]) -> list[SiteReading]:
        needed = [relative for job in several for _, relative in job.files]
        contents = iter(tree.files.contents(needed))
        return [
            reader.read(job.slug, _files(tree, job.files, contents), job.like, keep=keep)
            for job in several
        ]

    number = sum(len(job.files) for job in jobs)
    processes = processes_for(number)
    keep = number < FEW_FILES
    found = each(read, list(_together(jobs)), processes)
    by_slug = {reading.slug: reading for readings in found for reading in readings}
    return {slug: by_slug[slug] for slug in sorted(by_slug)}


class _SiteJob(NamedTuple):
    """A site to be read: its files, as far as another reading does not serve."""

    slug: str
    files: Sequence[tuple[Place, str]]
    like: tuple[SiteReading, frozenset[str]] | None


def _site_job(
    tree: SourceTree, slug: str, files: Sequence[tuple[Place, str]], like: Parts | None
) -> _SiteJob:
    other = like.readings.get(slug) if like else None
    if like is None or other is None or not other.is_clean:
        return _SiteJob(slug, files, None)
    before = like.paths.sites[slug]
    changed = {file for file in {*files, *before} if not _same(tree, like.tree, file[1])}
    if any(place.kind == "site" for place, _ in changed):
        return _SiteJob(slug, files, None)
    names = frozenset(place.second for place, _ in changed)
    return _SiteJob(slug, [file for file in files if file in changed], (other, names))


def _same(tree: SourceTree, other: SourceTree, relative: str) -> bool:
    """Return whether a file is known to be the same, byte for byte, in two trees."""
    identity = tree.files.identity(relative)
    return identity is not None and identity == other.files.identity(relative)


def _together(jobs: Sequence[_SiteJob]) -> Iterator[list[_SiteJob]]:
    """Yield sites that are read together: enough files for a call of git to pay."""
    several: list[_SiteJob] = []
    files = 0
    for job in jobs:
        several.append(job)
        files += len(job.files)
        if files >= _FILES_A_JOB:
            yield several
            several, files = [], 0
    if several:
        yield several


def _files(
    tree: SourceTree, files: Iterable[tuple[Place, str]], contents: Iterator[bytes]
) -> Iterator[tuple[SiteFilePath, bytes]]:
    for place, relative in files:
        yield SiteFilePath(place, tree.shown(relative)), next(contents)
