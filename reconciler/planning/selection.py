"""Which sites and extensions a command is narrowed to, by glob."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from msgspec import Struct

from reconciler.model.desired import ConfigurationKey, DesiredState, Site

Value = TypeVar("Value")


class Selection(Struct, frozen=True):
    """Globs over site slugs and extension ids; no glob selects everything."""

    sites: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    @property
    def described(self) -> tuple[str, ...]:
        """The globs as a plan records them."""
        sites = (f"site={glob}" for glob in sorted(self.sites))
        extensions = (f"extension={glob}" for glob in sorted(self.extensions))
        return (*sites, *extensions)

    @classmethod
    def from_described(cls, filters: Iterable[str]) -> Selection:
        """Return the selection that a plan recorded."""
        pairs = [entry.partition("=") for entry in filters]
        return cls(
            sites=tuple(glob for kind, _, glob in pairs if kind == "site"),
            extensions=tuple(glob for kind, _, glob in pairs if kind == "extension"),
        )

    def unmatched(self, state: DesiredState, extensions: Iterable[str]) -> list[str]:
        """Return, as flags, the globs that select no managed site or no extension."""
        known = dict.fromkeys(extensions)
        idle_sites = [glob for glob in self.sites if not _any_match(state.sites, glob)]
        idle_extensions = [glob for glob in self.extensions if not _any_match(known, glob)]
        return [
            *(f"--site {glob!r}" for glob in idle_sites),
            *(f"--extension {glob!r}" for glob in idle_extensions),
        ]

    def selected_sites(self, state: DesiredState) -> list[Site]:
        """Return the managed sites that are selected, whatever of them is."""
        return [site for slug, site in state.sites.items() if _matches(slug, self.sites)]

    def narrow(
        self, by_key: Mapping[ConfigurationKey, Value], state: DesiredState
    ) -> Mapping[ConfigurationKey, Value]:
        """Return the entries of the selected sites and extensions."""
        if not self.sites and not self.extensions:
            return by_key
        slugs = {site.id: site.slug for site in state.sites.values()}
        return {
            key: value
            for key, value in by_key.items()
            if _matches(slugs.get(key.site_id, ""), self.sites)
            and _matches(key.extension_id, self.extensions)
        }


def _any_match(names: Iterable[str], glob: str) -> bool:
    return any(fnmatchcase(name, glob) for name in names)


def _matches(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
