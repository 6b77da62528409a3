"""From files to the desired state: every file is read, and every finding kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from reconciler.desired.common_files import CommonFiles, CommonReader
from reconciler.desired.folder_paths import FolderPaths, folder_paths
from reconciler.desired.layout import Place
from reconciler.desired.merging import ProfileLayers
from reconciler.desired.site_files import Enabled, SiteFilePath, SiteReader, SiteReading
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.stored_document import StoredDocument
from reconciler.desired.workers import each, processes_for, rare_collection
from reconciler.model.desired import (
    ConfigurationKey,
    DesiredConfiguration,
    DesiredState,
    Layer,
    OptOut,
    Site,
)
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds.files import DUPLICATE_SITE_ID
from reconciler.rules.catalog import as_relied_on, check_ranges, enabled_versions
from reconciler.rules.content import ContentChecker

_FILES_A_JOB = 1_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A desired state as far as it could be read, and every finding about its files."""

    state: DesiredState | None
    diagnostics: tuple[Diagnostic, ...]
    content: tuple[Diagnostic, ...] = ()
    """What is found about the values of configurations, and the schemas that they are to keep."""


def load(tree: SourceTree) -> Loaded:
    """Return the desired state that a tree of files describes."""
    with rare_collection():
        return _load(tree)


def _load(tree: SourceTree) -> Loaded:
    paths = folder_paths(tree)
    common = _common(tree, paths)
    checker = ContentChecker(common.catalog, common.broken_manifests)
    about_manifests = [
        (manifest.identity, [*checker.check_manifest(manifest), *check_ranges(manifest)])
        for manifest in common.catalog
    ]
    reader = SiteReader(common, checker)
    readings = _read_sites(tree, paths, reader)
    diagnostics = [*tree.diagnostics, *paths.diagnostics, *common.diagnostics]
    content: list[Diagnostic] = []
    for reading in readings:
        diagnostics += reading.diagnostics
        content += reading.content
    state = _Assembly(tree, common, reader, diagnostics).state(readings)
    used = enabled_versions(state) if state else common.broken.keys()
    for version, findings in common.broken.items():
        diagnostics += as_relied_on(findings, relied_on=version in used)
    for version, findings in about_manifests:
        content += as_relied_on(findings, relied_on=version in used)
    return Loaded(state, tuple(diagnostics), tuple(content))


def _common(tree: SourceTree, paths: FolderPaths) -> CommonFiles:
    reader = CommonReader()
    contents = tree.files.contents([relative for _, relative in paths.common])
    for (place, relative), data in zip(paths.common, contents, strict=True):
        reader.read(place, tree.shown(relative), data)
    return reader.files


def _read_sites(tree: SourceTree, paths: FolderPaths, reader: SiteReader) -> list[SiteReading]:
    """Return what every site's folder says, in the order of the sites' names."""

    def read(slugs: Sequence[str]) -> list[SiteReading]:
        files = [file for slug in slugs for file in paths.sites[slug]]
        contents = iter(tree.files.contents([relative for _, relative in files]))
        return [reader.read(slug, _files(tree, paths.sites[slug], contents)) for slug in slugs]

    jobs = list(_jobs(paths.sites))
    processes = processes_for(sum(map(len, paths.sites.values())))
    found = {
        reading.slug: reading for readings in each(read, jobs, processes) for reading in readings
    }
    return [found[slug] for slug in sorted(found)]


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


class _Assembly:
    """Puts the readings of sites together; what they hold stays in the tree until it is asked."""

    def __init__(
        self,
        tree: SourceTree,
        common: CommonFiles,
        reader: SiteReader,
        diagnostics: list[Diagnostic],
    ) -> None:
        self._tree = tree
        self._common = common
        self._reader = reader
        self._diagnostics = diagnostics
        self._sites: dict[str, Site] = {}
        self._slugs: dict[UUID, str] = {}
        self._configurations: dict[ConfigurationKey, DesiredConfiguration] = {}
        self._opt_outs: dict[ConfigurationKey, OptOut] = {}

    def state(self, readings: Sequence[SiteReading]) -> DesiredState | None:
        """Return the desired state; None where there are no settings to know it by."""
        for reading in readings:
            if reading.site is not None:
                self._add(reading, reading.site)
        if self._common.project is None:
            return None
        project, document = self._common.project
        unread = {(each.slug, name) for each in readings for name in each.broken}
        unread |= {(each.slug, name) for each in readings for name in each.without_version}
        profiles = self._common.profiles.keys()
        return DesiredState(
            project=project,
            project_document=document,
            revision=self._tree.revision,
            users=self._common.users,
            sites=self._sites,
            catalog=self._common.catalog,
            unreadable_manifests=frozenset(self._common.broken_manifests),
            unreadable_extensions=frozenset(unread),
            incomplete_sites=frozenset(
                slug for slug, site in self._sites.items() if not set(site.profiles) <= profiles
            ),
            configurations=self._configurations,
            opt_outs=self._opt_outs,
        )

    def _add(self, reading: SiteReading, read: Site) -> None:
        slug = reading.slug
        document = StoredDocument(self._tree, f"sites/{slug}/site.yaml")
        site = replace(read, document=document)
        other = self._slugs.setdefault(site.id, slug)
        if other != slug:
            place = document.locate(("id",))
            self._diagnostics.append(
                DUPLICATE_SITE_ID.at(place, site=slug, id=site.id, other=other)
            )
        self._sites[slug] = site
        brought = self._reader.layers(site.profiles)
        for enabled in reading.enabled:
            key = ConfigurationKey(site.id, enabled.extension)
            self._configurations[key] = self._configuration(site, enabled, brought)
        for extension, version in reading.opt_outs:
            key = ConfigurationKey(site.id, extension)
            self._opt_outs[key] = OptOut(site, extension, version, self._own(site, extension))

    def _configuration(
        self, site: Site, enabled: Enabled, brought: ProfileLayers
    ) -> DesiredConfiguration:
        layers = tuple(layer for _, layer in brought.get(enabled.extension, ()))
        if enabled.has_own_file:
            layers = (*layers, Layer(self._own(site, enabled.extension), ()))
        return DesiredConfiguration(
            site=site,
            extension=enabled.extension,
            version=enabled.version,
            config_hash=enabled.config_hash,
            layers=layers,
            reason=enabled.reason,
            signoffs=enabled.signoffs,
        )

    def _own(self, site: Site, extension: str) -> StoredDocument:
        return StoredDocument(self._tree, f"sites/{site.slug}/extensions/{extension}.yaml")
