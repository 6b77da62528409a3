"""The desired state: what git says every managed site should have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, cast
from uuid import UUID

from msgspec import Struct, field

from reconciler.model.diagnostic import Location
from reconciler.model.document import Document, JsonObject, Path
from reconciler.model.enabled import Enabled
from reconciler.model.files import ProjectFile, SignoffEntry, UserEntry, WaiverEntry, WindowEntry
from reconciler.model.manifest import Catalog
from reconciler.model.merge_patch import merge_patch
from reconciler.model.pointer import contains


class ConfigurationKey(NamedTuple):
    """Which extension at which site: the identity of a configuration everywhere."""

    site_id: UUID
    extension_id: str


class Site(Struct, frozen=True):
    """A managed plant. ``slug`` is its folder's name, ``id`` its row in ``sites``."""

    slug: str
    id: UUID
    name: str
    mes_version: str
    api_version: str
    profiles: tuple[str, ...]
    signers: Mapping[str, tuple[str, ...]]
    document: Document
    waivers: tuple[WaiverEntry, ...] = ()
    windows: tuple[WindowEntry, ...] = ()


class Layer(Struct, frozen=True):
    """One source of a configuration: a profile or the site's own file."""

    document: Document
    base: Path
    """Where the extension's entry stands in the document; its ``configuration`` is below."""

    @property
    def configuration(self) -> JsonObject:
        """What this source says of the configuration; nothing where it leaves it out."""
        entry: Any = self.document.value
        for step in self.base:
            entry = entry[step]
        return cast("JsonObject", entry.get("configuration", {}))


def merged(layers: Sequence[Layer]) -> JsonObject:
    """Return the configuration that layers say together, the lowest first (RFC 7396)."""
    configuration = layers[0].configuration
    for layer in layers[1:]:
        configuration = cast("JsonObject", merge_patch(configuration, layer.configuration))
    return configuration


class DesiredConfiguration(Struct, frozen=True):
    """One extension enabled at one site: the profiles and the site's own file, merged.

    What it holds is in its layers' documents alone, which may be read only when they are asked:
    of nearly all configurations, nobody needs more than the hash.
    """

    site: Site
    extension: str
    version: str
    config_hash: str
    layers: tuple[Layer, ...]
    """Lowest first; the last is the site's own file, if there is one."""
    reason: str | None = None
    signoffs: tuple[SignoffEntry, ...] = ()

    @property
    def configuration(self) -> JsonObject:
        """The layers, merged from the lowest up (RFC 7396)."""
        return merged(self.layers)

    @property
    def key(self) -> ConfigurationKey:
        """The configuration's identity."""
        return ConfigurationKey(self.site.id, self.extension)

    @property
    def path(self) -> str:
        """The file that most specifically says this: the site's own, else the last profile."""
        return self.layers[-1].document.path

    def source(self, path: Path) -> Layer:
        """Return the layer that the value at ``path`` of the configuration comes from."""
        if len(self.layers) == 1:
            return self.layers[0]
        for layer in reversed(self.layers):
            if contains(layer.configuration, path):
                return layer
        return self.source(path[:-1]) if path else self.layers[-1]

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """Return the place of the value (or with ``key`` of its key) at ``path``."""
        layer = self.source(path)
        whole = (*layer.base, "configuration", *path)
        return layer.document.locate_key(whole) if key else layer.document.locate(whole)

    def locate_entry(self, *path: str | int) -> Location:
        """Return the place of a part of the most specific file's entry, such as its version."""
        for layer in reversed(self.layers):
            if contains(layer.document.value, (*layer.base, *path)):
                return layer.document.locate((*layer.base, *path))
        return self.layers[-1].document.locate(self.layers[-1].base)


class OptOut(Struct, frozen=True):
    """An extension that a profile brings in at a site and that the site's own file disables."""

    site: Site
    extension: str
    version: str
    document: Document


class ChangeAuthors(Struct, frozen=True):
    """Who wrote what a configuration says now, as far as git knows.

    Not ``certain`` where that is not committed, or the history that would tell is not there.
    """

    emails: frozenset[str] = frozenset()
    """Folded, so that capital letters make no difference."""
    certain: bool = True


class Revision(Struct, frozen=True):
    """The commit a desired state was read at.

    ``dirty`` says that the working tree differs from it; ``commit`` is None outside git; ``ref``
    is the branch or tag that named the commit, as ``refs/heads/main``.
    """

    commit: str | None
    dirty: bool
    author_name: str = ""
    author_email: str = ""
    subject: str = ""
    ref: str | None = None


class UnreadSites(Struct, frozen=True):
    """The managed sites that were not read, because all is known of them (``model.settled``).

    Everything there is in the database as the files have it.
    """

    number: int = 0
    configurations: int = 0
    enabled: Callable[[], frozenset[tuple[str, str]]] = frozenset
    """Returns the extensions and versions that are enabled there."""
    followers: tuple[tuple[ConfigurationKey, str], ...] = ()
    """What is enabled there, at which version, and may conflict with something at another site."""


class DesiredState(Struct, frozen=True, dict=True):
    """Everything a desired-state folder says, once it could be read."""

    project: ProjectFile
    project_document: Document
    revision: Revision
    users: Mapping[str, UserEntry] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    catalog: Catalog = field(default_factory=Catalog)
    unreadable_manifests: frozenset[tuple[str, str]] = frozenset()
    """Extensions and versions whose manifest exists but is not valid; it has its own findings."""
    enabled: Mapping[UUID, Enabled] = field(default_factory=dict)
    """By the id of the site, of each one that is managed."""
    configurations: Mapping[ConfigurationKey, DesiredConfiguration] = field(default_factory=dict)
    """The same in full. Each is put together when it is asked for: look into ``enabled`` first."""
    unreadable_extensions: frozenset[tuple[str, str]] = frozenset()
    """Sites and extensions whose file cannot be read or names no version; no more is known."""
    incomplete_sites: frozenset[str] = frozenset()
    """Sites that use a profile that cannot be read: what else is enabled there is not known."""
    opt_outs: Mapping[ConfigurationKey, OptOut] = field(default_factory=dict)
    authors: Mapping[ConfigurationKey, ChangeAuthors] = field(default_factory=dict)
    """Of the configurations that somebody signed; whoever made a change may not sign it."""
    as_of: datetime | None = None
    """When it is judged, with its time zone: waivers expire, and nobody signs in the future."""
    unread: UnreadSites = field(default_factory=UnreadSites)
    """The sites that belong to it and are not among ``sites``."""

    @cached_property
    def sites_by_id(self) -> Mapping[UUID, Site]:
        """The managed sites by the id of their row."""
        return {site.id: site for site in self.sites.values()}

    @cached_property
    def enabled_versions(self) -> frozenset[tuple[str, str]]:
        """The extensions and versions that some site that was read enables."""
        return frozenset(pair for each in self.enabled.values() for pair in each.with_versions())

    @cached_property
    def signed(self) -> tuple[ConfigurationKey, ...]:
        """The configurations that somebody signed."""
        return tuple(
            ConfigurationKey(site_id, extension)
            for site_id, each in self.enabled.items()
            for extension, remark in each.remarks.items()
            if remark.signoffs
        )

    def at_versions(self, asked: Callable[[str, str], object]) -> Iterator[DesiredConfiguration]:
        """Yield the configurations of the versions of which ``asked`` says yes, told each once."""
        wanted = {version for version in self.enabled_versions if asked(*version)}
        if not wanted:
            return
        for site_id, each in self.enabled.items():
            for version in each.with_versions():
                if version in wanted:
                    yield self.configurations[ConfigurationKey(site_id, version[0])]

    @property
    def service_user(self) -> UserEntry:
        """The user whom changes are attributed to when a git author maps to nobody."""
        return self.users[self.project.service_user]

    def user_for_author(self, email: str) -> UserEntry:
        """Return the user with a git author's email, else the service user."""
        return self._users_by_email.get(email.casefold(), self.service_user)

    @cached_property
    def _users_by_email(self) -> Mapping[str, UserEntry]:
        """The users by their folded email; of two with one, the first."""
        found: dict[str, UserEntry] = {}
        for user in self.users.values():
            if user.email:
                found.setdefault(user.email.casefold(), user)
        return found
