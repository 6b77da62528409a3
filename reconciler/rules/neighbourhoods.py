"""Whether the extensions of a site get on with each other, by what is known of others like them.

What is found out about an extension hangs on the few that it has to do with: those that it needs,
those that provide what it needs, and the platform. The same few come again at many sites. What is
concluded for them is kept, so that of most sites nothing has to be found out. The rules are those
of ``problems.relations_at``, asked about a part of a site at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias, TypeVar

from reconciler.model.desired import Site
from reconciler.model.manifest import Catalog, ManifestContent
from reconciler.model.relations import Neighbourhood
from reconciler.rules.conflicts import conflicts_at
from reconciler.rules.dependencies import cycles, edges, other_providers, resolutions_of
from reconciler.rules.network import Network, Surroundings, network_of
from reconciler.rules.policies import stances
from reconciler.rules.problems import missing_foundation, platform_too_old

_MOST_KEPT: Final = 50_000
Key = TypeVar("Key")
Value = TypeVar("Value")
_Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Extensions, each with its version."""


class _Facts(NamedTuple):
    """Whom the manifest of one version makes look at whom."""

    manifest: ManifestContent
    needs: tuple[str, ...]
    capabilities: tuple[str, ...]
    provides: tuple[str, ...]
    may_conflict: bool
    """By what it says of others, or they of it. Where two need what cannot both be, one lacks it.
    """


class _Kept(dict[Key, Value]):
    """What was found out, as far as there is room for it."""

    def keep(self, key: Key, value: Value) -> Value:
        if len(self) >= _MOST_KEPT:
            self.clear()
        self[key] = value
        return value


class Neighbourhoods:
    """What was found out so far. Bounded; what is not kept is found out again."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._facts = dict(_facts(surroundings.catalog))
        self._known: _Kept[tuple[object, ...], Neighbourhood | None] = _Kept()
        self._providers: _Kept[_Pairs, Mapping[str, _Pairs]] = _Kept()
        self._in_peace: _Kept[_Pairs, bool] = _Kept()
        self._without_circle: _Kept[tuple[tuple[str, ...], ...], bool] = _Kept()

    def at(self, site: Site, versions: Mapping[str, str]) -> list[Neighbourhood] | None:
        """Return the neighbourhood of every extension of a site, where it is a quiet one.

        That is one without problems, and with every capability from the provider asked for.

        Args:
            site: the site.
            versions: all that is enabled there.

        Returns:
            In the order of ``versions``. None where it is not quiet, or where an extension has
            no manifest, so that it cannot be said in this way.
        """
        facts = []
        for pair in versions.items():
            if (known := self._facts.get(pair)) is None:
                return None
            facts.append((pair, known))
        providers = self._providers_among(tuple(pair for pair, it in facts if it.provides))
        found = []
        for pair, it in facts:
            near = self._near(site, pair, it, versions, providers)
            if near is None:
                return None
            found.append(near)
        quiet = (
            self._are_in_peace(site, tuple(pair for pair, it in facts if it.may_conflict))
            and self._have_no_circle(tuple(versions), tuple(near.depends_on for near in found))
            and not self._lacks_foundation(site, versions)
        )
        return found if quiet else None

    def _near(
        self,
        site: Site,
        pair: tuple[str, str],
        facts: _Facts,
        versions: Mapping[str, str],
        providers: Mapping[str, _Pairs],
    ) -> Neighbourhood | None:
        needed = tuple([versions.get(name) for name in facts.needs])
        provided = tuple([providers.get(name, ()) for name in facts.capabilities])
        key = pair, site.mes_version, site.api_version, needed, provided
        if key in self._known:
            return self._known[key]
        near = {name: versions[name] for name in facts.needs if name in versions}
        near |= dict(each for several in provided for each in several)
        near |= dict([pair])
        found = _neighbourhood(self._network(site, near), pair[0], facts.manifest)
        return self._known.keep(key, found)

    def _providers_among(self, providing: _Pairs) -> Mapping[str, _Pairs]:
        """Return which of some extensions provide each capability."""
        if (known := self._providers.get(providing)) is not None:
            return known
        found: dict[str, _Pairs] = {}
        for pair in providing:
            for name in self._facts[pair].provides:
                found[name] = (*found.get(name, ()), pair)
        return self._providers.keep(providing, found)

    def _are_in_peace(self, site: Site, pairs: _Pairs) -> bool:
        """Return whether none of some extensions conflicts with another."""
        if (known := self._in_peace.get(pairs)) is not None:
            return known
        peace = not conflicts_at(self._network(site, dict(pairs)))
        return self._in_peace.keep(pairs, peace)

    def _have_no_circle(
        self, extensions: tuple[str, ...], depend_on: tuple[tuple[str, ...], ...]
    ) -> bool:
        key = extensions, *depend_on
        if (known := self._without_circle.get(key)) is not None:
            return known
        graph = dict(zip(extensions, depend_on, strict=True))
        return self._without_circle.keep(key, not cycles(graph))

    def _lacks_foundation(self, site: Site, versions: Mapping[str, str]) -> bool:
        if not self._surroundings.catalog.required_everywhere:
            return False
        return next(missing_foundation(self._network(site, versions)), None) is not None

    def _network(self, site: Site, versions: Mapping[str, str]) -> Network:
        return network_of(self._surroundings, site, versions)


def _neighbourhood(
    network: Network, extension: str, manifest: ManifestContent
) -> Neighbourhood | None:
    """Return the neighbourhood of an extension; None where there is something to say."""
    if platform_too_old(network, manifest):
        return None
    found = tuple(resolutions_of(network, extension, manifest))
    if not all(each.satisfied for each in found) or any(other_providers(network, found)):
        return None
    return Neighbourhood(found, tuple(edges(network, found)[extension]))


def _facts(catalog: Catalog) -> Iterator[tuple[tuple[str, str], _Facts]]:
    """Yield what is to be known of every version in the catalog, as a configuration names it."""
    named = {other.id for manifest in catalog for other in manifest.content.conflicts.explicit}
    for extension, versions in catalog.manifests.items():
        for manifest in versions.values():
            content = manifest.content
            needs = content.dependencies.extensions
            yield (
                (extension, content.version),
                _Facts(
                    manifest=content,
                    needs=tuple(needs),
                    capabilities=tuple(
                        each.capability for each in content.dependencies.capabilities
                    ),
                    provides=tuple(each.name for each in content.capabilities.provides),
                    may_conflict=bool(
                        extension in named
                        or content.conflicts.explicit
                        or next(stances(content), None) is not None
                    ),
                ),
            )
