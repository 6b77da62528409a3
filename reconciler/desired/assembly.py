"""The readings of all sites put together into one desired state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from reconciler.desired.common_files import CommonFiles
from reconciler.desired.site_files import Enabled, SiteReader, SiteReading
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.stored_document import StoredDocument
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


class Assembly:
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

    def state(
        self, readings: Mapping[str, SiteReading], other: DesiredState | None
    ) -> DesiredState | None:
        """Return the desired state; None where there are no settings to know it by.

        Args:
            readings: of every site, in the order of their names.
            other: the state that readings took over from, what all sites share being the same.
        """
        if other is not None:
            self._take_over(other, readings)
        for slug, reading in readings.items():
            if reading.site is None:
                continue
            kept = other.sites[slug] if other is not None and reading.kept else None
            site = self._add_site(slug, kept or self._stored(reading.site))
            self._add_configurations(reading, site)
        if self._common.project is None:
            return None
        project, document = self._common.project
        unread = {
            (slug, name)
            for slug, each in readings.items()
            for name in (*each.broken, *each.without_version)
        }
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

    def _take_over(self, other: DesiredState, readings: Mapping[str, SiteReading]) -> None:
        """Take what readings kept; all is copied, which is fast, and what is not kept removed."""
        none: frozenset[str] = frozenset()
        kept = {
            site.id: readings[slug].kept if slug in readings else none
            for slug, site in other.sites.items()
        }
        self._configurations = dict(other.configurations)
        self._opt_outs = dict(other.opt_outs)
        for held in (self._configurations, self._opt_outs):
            for key in [key for key in held if key.extension_id not in kept[key.site_id]]:
                del held[key]

    def _stored(self, site: Site) -> Site:
        return replace(site, document=StoredDocument(self._tree, f"sites/{site.slug}/site.yaml"))

    def _add_site(self, slug: str, site: Site) -> Site:
        other = self._slugs.setdefault(site.id, slug)
        if other != slug:
            place = site.document.locate(("id",))
            self._diagnostics.append(
                DUPLICATE_SITE_ID.at(place, site=slug, id=site.id, other=other)
            )
        self._sites[slug] = site
        return site

    def _add_configurations(self, reading: SiteReading, site: Site) -> None:
        brought = self._reader.layers(site.profiles)
        for enabled in reading.enabled:
            if enabled.extension in reading.kept:
                continue
            key = ConfigurationKey(site.id, enabled.extension)
            own = self._own(reading, site, enabled.extension) if enabled.has_own_file else None
            layers = tuple(layer for _, layer in brought.get(enabled.extension, ()))
            self._configurations[key] = _configuration(site, enabled, layers, own)
        for extension, version in reading.opt_outs:
            if extension in reading.kept:
                continue
            key = ConfigurationKey(site.id, extension)
            own = self._own(reading, site, extension)
            self._opt_outs[key] = OptOut(site, extension, version, own)

    def _own(self, reading: SiteReading, site: Site, extension: str) -> StoredDocument:
        path = f"sites/{site.slug}/extensions/{extension}.yaml"
        return StoredDocument(self._tree, path, reading.documents.get(extension))


def _configuration(
    site: Site, enabled: Enabled, layers: tuple[Layer, ...], own: StoredDocument | None
) -> DesiredConfiguration:
    return DesiredConfiguration(
        site=site,
        extension=enabled.extension,
        version=enabled.version,
        config_hash=enabled.config_hash,
        layers=(*layers, Layer(own, ())) if own else layers,
        reason=enabled.reason,
        signoffs=enabled.signoffs,
    )
