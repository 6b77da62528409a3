"""From files to the desired state: every file is read, and every finding kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.desired.assembly import Assembly
from reconciler.desired.common_files import CommonFiles, CommonReader
from reconciler.desired.folder_paths import FolderPaths, folder_paths
from reconciler.desired.layout import Place
from reconciler.desired.site_files import SiteFilePath, SiteReader, SiteReading
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.workers import each, processes_for, rare_collection
from reconciler.model.desired import (
    DesiredState,
)
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


def load(tree: SourceTree, like: Loaded | None = None) -> Loaded:
    """Return the desired state that a tree of files describes.

    Args:
        tree: the files.
        like: another that was read before; a site whose files, and all that sites share, are the
            same in both is not read again.
    """
    with rare_collection():
        return _load(tree, like)


def _load(tree: SourceTree, like: Loaded | None) -> Loaded:
    paths = _paths(tree, like)
    shared = _shared(tree, paths, like)
    common, checker, about_manifests = shared or _read_shared(tree, paths)
    known = _unchanged(tree, paths, like.parts) if like and shared else {}
    reader = SiteReader(common, checker)
    readings = {**known, **_read_sites(tree, paths, reader, known)}
    readings = {slug: readings[slug] for slug in sorted(readings)}
    diagnostics = [*tree.diagnostics, *paths.diagnostics, *common.diagnostics]
    content: list[Diagnostic] = []
    for reading in readings.values():
        diagnostics += reading.diagnostics
        content += reading.content
    other = like.state if like and known else None
    state = Assembly(tree, common, reader, diagnostics).state(readings, other, known)
    used = enabled_versions(state) if state else common.broken.keys()
    for version, findings in common.broken.items():
        diagnostics += as_relied_on(findings, relied_on=version in used)
    for version, about in about_manifests:
        content += as_relied_on(about, relied_on=version in used)
    parts = Parts(tree, paths, Shared(common, checker, about_manifests), readings)
    return Loaded(state, tuple(diagnostics), tuple(content), parts)


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
    names = [relative for _, relative in paths.common]
    return like.parts.shared if _same(tree, like.parts.tree, names) else None


def _unchanged(tree: SourceTree, paths: FolderPaths, other: Parts) -> dict[str, SiteReading]:
    """Return the readings of those sites whose files are the same in another desired state."""
    return {
        slug: other.readings[slug]
        for slug, files in paths.sites.items()
        if other.paths.sites.get(slug) == files
        and _same(tree, other.tree, [relative for _, relative in files])
    }


def _same(tree: SourceTree, other: SourceTree, names: Iterable[str]) -> bool:
    """Return whether files are known to be the same, byte for byte, in two trees."""
    mine, theirs = tree.files.identity, other.files.identity
    return all((name := mine(path)) is not None and name == theirs(path) for path in names)


def _common(tree: SourceTree, paths: FolderPaths) -> CommonFiles:
    reader = CommonReader()
    contents = tree.files.contents([relative for _, relative in paths.common])
    for (place, relative), data in zip(paths.common, contents, strict=True):
        reader.read(place, tree.shown(relative), data)
    return reader.files


def _read_sites(
    tree: SourceTree, paths: FolderPaths, reader: SiteReader, known: Collection[str]
) -> dict[str, SiteReading]:
    """Return what the folder of every site says that is not known."""

    def read(slugs: Sequence[str]) -> list[SiteReading]:
        files = [file for slug in slugs for file in paths.sites[slug]]
        contents = iter(tree.files.contents([relative for _, relative in files]))
        return [reader.read(slug, _files(tree, paths.sites[slug], contents)) for slug in slugs]

    unknown = {slug: files for slug, files in paths.sites.items() if slug not in known}
    jobs = list(_jobs(unknown))
    processes = processes_for(sum(map(len, unknown.values())))
    return {
        reading.slug: reading for readings in each(read, jobs, processes) for reading in readings
    }


def _jobs(sites: Mapping[str, Sequence[object]]) -> Iterator[list[str]]:
    """Yield the names of sites that are read together: enough files for a call of git to pay."""
    job: list[str] = []
    files = 0
    for slug, held in sites.items():
        job.append(slug)
        files += len(held)
        if files >= _FILES_A_JOB:
            yield job
            job, files = [], 0
    if job:
        yield job


def _files(
    tree: SourceTree, files: Iterable[tuple[Place, str]], contents: Iterator[bytes]
) -> Iterator[tuple[SiteFilePath, bytes]]:
    for place, relative in files:
        yield SiteFilePath(place, tree.shown(relative)), next(contents)
