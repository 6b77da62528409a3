"""What is enabled at one site, what it provides, and the catalog to change it with.

The rules about extensions among themselves look at a site through this, whether it is the one
that is desired or one that somebody only thinks of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.desired import ConfigurationKey, DesiredState, Site
from reconciler.model.files import ProjectFile
from reconciler.model.manifest import Catalog, ManifestContent

PLATFORM = "platform"
"""What stands for the provider of a capability that the MES itself brings."""


class Provider(Struct, frozen=True):
    """Who provides a capability at a site: an extension, or the platform."""

    extension: str
    version: str
    """The version of the capability, not of the extension."""
    policy: str | None = None


class Network(Struct, frozen=True, dict=True):
    """The extensions enabled at one site, by id.

    ``versions`` has all whose version is known, ``manifests`` those of them that the catalog has.
    ``unknown`` are the others: they have their own findings, and nothing is concluded from what
    cannot be known of them.
    """

    site: Site
    versions: Mapping[str, str]
    manifests: Mapping[str, ManifestContent]
    catalog: Catalog
    platform: Mapping[str, str]
    unknown: frozenset[str] = frozenset()
    half_known: frozenset[str] = frozenset()
    """The extensions of which a manifest cannot be read, or that have none in the catalog."""

    @cached_property
    def providers(self) -> Mapping[str, tuple[Provider, ...]]:
        """Who provides each capability; the platform first, then extensions by id."""
        found = {name: [Provider(PLATFORM, version)] for name, version in self.platform.items()}
        for extension in sorted(self.manifests):
            for provided in self.manifests[extension].capabilities.provides:
                provider = Provider(extension, provided.version, provided.policy)
                found.setdefault(provided.name, []).append(provider)
        return {name: tuple(providers) for name, providers in found.items()}

    def may_provide(self, capability: str) -> bool:
        """Return whether an extension that too little is known of may provide a capability."""
        return not self.unknown.isdisjoint(self.half_known) or any(
            provided.name == capability
            for extension in self.unknown
            for manifest in self.catalog.manifests.get(extension, {}).values()
            for provided in manifest.content.capabilities.provides
        )

    @property
    def site_id(self) -> UUID:
        """The id of the site's row."""
        return self.site.id

    def key(self, extension: str) -> ConfigurationKey:
        """Return the identity of an extension at this site."""
        return ConfigurationKey(self.site.id, extension)

    def with_version(self, extension: str, version: str | None) -> Network:
        """Return this site as it would be with ``extension`` at ``version``; None is disabled."""
        versions = {name: held for name, held in self.versions.items() if name != extension}
        manifests = {name: held for name, held in self.manifests.items() if name != extension}
        manifest = self.catalog.manifest(extension, version) if version is not None else None
        if version is not None:
            versions[extension] = version
        if manifest is not None:
            manifests[extension] = manifest.content
        unknown = self.unknown - {extension}
        return replace(self, versions=versions, manifests=manifests, unknown=unknown)


class Surroundings(Struct, frozen=True):
    """What is the same at every site: the catalog, and what the MES itself provides."""

    catalog: Catalog
    platform: Mapping[str, str]
    unreadable: frozenset[str]
    """The extensions of which a manifest cannot be read."""

    @classmethod
    def of(
        cls, catalog: Catalog, project: ProjectFile, unreadable: Iterable[tuple[str, str]]
    ) -> Surroundings:
        """Return them as settings and catalog have them; ``unreadable`` is of the latter."""
        platform = {each.name: each.version for each in project.platform.capabilities}
        return cls(catalog, platform, frozenset(extension for extension, _ in unreadable))


class Networks(Mapping[UUID, Network]):
    """Each managed site's network, made when it is asked for; in the order of the sites' names.

    A site of which too little could be read to say what it has is left out.
    """

    def __init__(self, state: DesiredState) -> None:
        self._enabled = state.enabled
        self._surroundings = surroundings_of(state)
        self._sites = {
            state.sites[slug].id: state.sites[slug]
            for slug in sorted(state.sites.keys() - state.incomplete_sites)
        }
        self._unread: dict[str, set[str]] = defaultdict(set)
        for slug, extension in state.unreadable_extensions:
            self._unread[slug].add(extension)

    def __getitem__(self, site_id: UUID) -> Network:
        site = self._sites[site_id]
        unread = self._unread.get(site.slug, ())
        versions = dict(self._enabled[site_id].with_versions())
        return network_of(self._surroundings, site, versions, frozenset(unread))

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._sites)

    def __len__(self) -> int:
        return len(self._sites)


def surroundings_of(state: DesiredState) -> Surroundings:
    """Return what is the same at every site of a desired state."""
    return Surroundings.of(state.catalog, state.project, state.unreadable_manifests)


def network_of(
    surroundings: Surroundings,
    site: Site,
    enabled: Mapping[str, str],
    unread: frozenset[str] = frozenset(),
) -> Network:
    """Return a site as it is with some extensions at some versions.

    Args:
        surroundings: what is the same at every site.
        site: the site.
        enabled: the version of each extension.
        unread: extensions that are enabled as well, and of which nothing is known.
    """
    catalog = surroundings.catalog
    manifests = {
        extension: manifest.content
        for extension, version in enabled.items()
        if (manifest := catalog.manifest(extension, version)) is not None
    }
    unknown = unread | (enabled.keys() - manifests.keys())
    return Network(
        site=site,
        versions=enabled,
        manifests=manifests,
        catalog=catalog,
        platform=surroundings.platform,
        unknown=frozenset(unknown),
        half_known=surroundings.unreadable | (unknown - catalog.manifests.keys()),
    )
