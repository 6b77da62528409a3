"""The readings of all sites put together into one desired state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from msgspec.structs import replace

from reconciler.desired.common_files import CommonFiles
from reconciler.desired.site_files import SiteReader, SiteReading
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
from reconciler.model.enabled import Remark
from reconciler.model.kinds.files import DUPLICATE_SITE_ID

_NO_REMARK = Remark()


class Configurations(Mapping[ConfigurationKey, DesiredConfiguration]):
    """Every configuration of some sites; each is put together when it is asked for, and kept."""

    def __init__(
        self,
        tree: SourceTree,
        reader: SiteReader,
        sites: Mapping[UUID, tuple[Site, SiteReading]],
    ) -> None:
        self._tree = tree
        self._reader = reader
        self._sites = sites
        self._built: dict[ConfigurationKey, DesiredConfiguration] = {}

    def __getitem__(self, key: ConfigurationKey) -> DesiredConfiguration:
        built = self._built.get(key)
        if built is None:
            site, reading = self._sites[key.site_id]
            place = reading.enabled.place(key.extension_id)
            if place is None:
                raise KeyError(key)
            built = self._built[key] = self._configuration(site, reading, place)
        return built

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, ConfigurationKey) or key.site_id not in self._sites:
            return False
        _, reading = self._sites[key.site_id]
        return reading.enabled.place(key.extension_id) is not None

    def __iter__(self) -> Iterator[ConfigurationKey]:
        for site_id, (_, reading) in self._sites.items():
            for extension in reading.enabled.extensions:
                yield ConfigurationKey(site_id, extension)

    def __len__(self) -> int:
        return sum(len(reading.enabled.extensions) for _, reading in self._sites.values())

    def own(self, site: Site, reading: SiteReading, extension: str) -> StoredDocument:
        """Return a site's own file of an extension."""
        path = f"sites/{site.slug}/extensions/{extension}.yaml"
        return StoredDocument(self._tree, path, reading.documents.get(extension))

    def _configuration(self, site: Site, reading: SiteReading, place: int) -> DesiredConfiguration:
        enabled = reading.enabled
        extension = enabled.extensions[place]
        layers = [layer for _, layer in self._reader.layers(site.profiles).get(extension, ())]
        if extension not in enabled.by_profile:
            layers.append(Layer(self.own(site, reading, extension), ()))
        remark = enabled.remarks.get(extension, _NO_REMARK)
        return DesiredConfiguration(
            site=site,
            extension=extension,
            version=enabled.versions[place],
            config_hash=enabled.hashes[place],
            layers=tuple(layers),
            reason=remark.reason,
            signoffs=remark.signoffs,
        )


def assembled(
    tree: SourceTree,
    common: CommonFiles,
    reader: SiteReader,
    readings: Mapping[str, SiteReading],
    diagnostics: list[Diagnostic],
) -> DesiredState | None:
    """Return the desired state; None where there are no settings to know it by.

    Args:
        tree: where what is not kept is read again when somebody asks.
        common: what all sites share.
        reader: who read them.
        readings: of every site, in the order of their names.
        diagnostics: takes what is found by putting them together.
    """
    sites: dict[str, Site] = {}
    by_id: dict[UUID, tuple[Site, SiteReading]] = {}
    for slug, reading in readings.items():
        if reading.site is None:
            continue
        document = StoredDocument(tree, f"sites/{slug}/site.yaml")
        site = sites[slug] = replace(reading.site, document=document)
        if site.id in by_id:
            place, other = document.locate(("id",)), by_id[site.id][0].slug
            diagnostics.append(DUPLICATE_SITE_ID.at(place, site=slug, id=site.id, other=other))
        else:
            by_id[site.id] = site, reading
    if common.project is None:
        return None
    project, document_of_project = common.project
    configurations = Configurations(tree, reader, by_id)
    unread = {
        (slug, name)
        for slug, each in readings.items()
        for name in (*each.broken, *each.without_version)
    }
    profiles = common.profiles.keys()
    return DesiredState(
        project=project,
        project_document=document_of_project,
        revision=tree.revision,
        users=common.users,
        sites=sites,
        catalog=common.catalog,
        unreadable_manifests=frozenset(common.broken_manifests),
        unreadable_extensions=frozenset(unread),
        incomplete_sites=frozenset(
            slug for slug, site in sites.items() if not set(site.profiles) <= profiles
        ),
        enabled={site_id: reading.enabled for site_id, (_, reading) in by_id.items()},
        configurations=configurations,
        opt_outs=_opt_outs(configurations, by_id),
    )


def _opt_outs(
    configurations: Configurations, by_id: Mapping[UUID, tuple[Site, SiteReading]]
) -> dict[ConfigurationKey, OptOut]:
    return {
        ConfigurationKey(site_id, extension): OptOut(
            site, extension, version, configurations.own(site, reading, extension)
        )
        for site_id, (site, reading) in by_id.items()
        for extension, version in reading.opt_outs
    }
