"""What a desired state says about extensions among themselves, as the database keeps it.

Computed from the desired state and its catalog alone: no row, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, field

from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.manifest import ConflictScope


class DependencyType(StrEnum):
    """What an extension depends on."""

    EXTENSION = "extension"
    CAPABILITY = "capability"


class Resolution(NamedTuple):
    """How one dependency of one configuration is met at its site, or why it is not."""

    key: ConfigurationKey
    type: DependencyType
    dependency: str
    """The id of the extension, or the name of the capability, that is depended on."""
    wanted: str | None
    """The version range, or the lowest version, as the manifest writes it."""
    resolved_version: str | None
    resolved_provider: str | None
    """The extension that provides the capability; "platform" where the MES itself does."""
    satisfied: bool
    reason: str | None = None
    """Why it is not satisfied."""


class Neighbourhood(Struct, frozen=True, eq=False):
    """How the dependencies of one extension are met, where there is nothing to say about it.

    One object stands for it at every site that has the same; the ids of sites in it mean nothing.
    """

    resolutions: tuple[Resolution, ...]
    depends_on: tuple[str, ...] = ()
    """The extensions among them."""


class ConflictType(StrEnum):
    """What makes two extensions conflict."""

    EXPLICIT = "explicit"
    POLICY = "policy"
    DEPENDENCY = "dependency"


class Conflict(Struct, frozen=True):
    """Two extensions that must not be enabled together, each pair once for each cause.

    ``first`` is the lesser key of the two. Only a conflict of scope ``global`` can span two sites.
    """

    type: ConflictType
    first: ConfigurationKey
    second: ConfigurationKey
    reason: str
    scope: ConflictScope | None = None
    capability: str | None = None
    resource: str | None = None
    first_policy: str | None = None
    second_policy: str | None = None
    over: str | None = None
    """The third extension that both depend on, of a conflict between dependencies."""
    more: int = 0
    """How many others like ``second`` there are at other sites, where not all are listed."""

    @property
    def topic(self) -> str:
        """What the two share: a capability, a resource of one, or a third extension; else empty."""
        return "/".join(part for part in (self.capability, self.resource, self.over) if part)

    def other(self, state: DesiredState) -> str:
        """Return the second of the two as findings name it, with its site where it is another."""
        extension = self.second.extension_id
        if self.first.site_id == self.second.site_id:
            return extension
        return f"{extension}@{state.sites_by_id[self.second.site_id].slug}"

    def subject(self, state: DesiredState) -> str:
        """Return what the finding about the first of the two has as its subject."""
        topic = f" in {self.topic}" if self.topic else ""
        more = f" and {self.more} more" if self.more else ""
        return self.other(state) + topic + more


class ConfigurationVerdict(Struct, frozen=True):
    """What validation says of one configuration.

    ``errors`` are the errors that a waiver accepted, and any other: one that stands in the way of
    an apply may still be said of what was live before.
    """

    key: ConfigurationKey
    config_hash: str
    errors: tuple[Mapping[str, Any], ...] = ()
    conflicting: tuple[str, ...] = ()
    """The extensions it conflicts with, in order, each once."""

    @property
    def validated(self) -> bool:
        """Whether validation found no error, accepted or not."""
        return not self.errors


class Relations(Struct, frozen=True):
    """Everything that is known of a desired state's extensions among themselves."""

    resolutions: Mapping[UUID, Sequence[Resolution]] = field(default_factory=dict)
    """By site."""
    conflicts: tuple[Conflict, ...] = ()
