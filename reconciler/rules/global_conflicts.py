"""Policies that do not go together anywhere in the installation (design section 4.3).

Followed at one site, such a policy excludes others at every other site. There can be as many
pairs as the product of two groups of sites. Beyond a bound each member of the smaller group is
paired with the first of the other, and the reason says how many more there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations_with_replacement, product

from msgspec.structs import replace

from reconciler.model.desired import ConfigurationKey
from reconciler.model.manifest import Catalog, ConflictScope, ManifestContent
from reconciler.model.relations import Conflict
from reconciler.rules.conflicts import conflict_order
from reconciler.rules.policies import Stance, joined, policy_conflict, stances, why_apart

MOST_PAIRS = 100
"""How many pairs of two groups are listed one by one."""
_SCOPE = ConflictScope.GLOBAL


def apart_anywhere(catalog: Catalog) -> list[tuple[str, str]]:
    """Return the extensions and versions that some other, or another site's, does not go with."""
    following = [(manifest, stance) for manifest in catalog for stance in stances(manifest.content)]
    by_stance: dict[Stance, set[tuple[str, str]]] = defaultdict(set)
    for manifest, stance in following:
        by_stance[stance].add((manifest.content.id, manifest.content.version))
    found: set[tuple[str, str]] = set()
    for one, other in combinations_with_replacement(by_stance, 2):
        if why_apart(one, other, _SCOPE, catalog.incompatibilities) is not None:
            found |= by_stance[one] | by_stance[other]
    return sorted(found)


class Followers:
    """Who follows which policy in the whole installation.

    Args:
        enabled: everything that ``apart_anywhere`` names and a site enables, or more; each with
            its version.
        catalog: the manifests, and the contracts of capabilities.
    """

    def __init__(self, enabled: Iterable[tuple[ConfigurationKey, str]], catalog: Catalog) -> None:
        self._contracts = catalog.incompatibilities
        self._by_stance: dict[Stance, list[ConfigurationKey]] = defaultdict(list)
        for key, version in enabled:
            manifest = catalog.manifest(key.extension_id, version)
            if manifest is not None:
                self._add(key, manifest.content)

    def _add(self, key: ConfigurationKey, manifest: ManifestContent) -> None:
        for stance in dict.fromkeys(stances(manifest)):
            self._by_stance[stance].append(key)

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts between extensions of different sites, in a fixed order."""
        found: dict[tuple[ConfigurationKey, ConfigurationKey, str], list[Conflict]] = {}
        for one, other in combinations_with_replacement(self._by_stance, 2):
            reasons = why_apart(one, other, _SCOPE, self._contracts)
            if reasons is not None:
                for conflict in self._pairs(one, other, reasons):
                    identity = conflict.first, conflict.second, conflict.capability or ""
                    found.setdefault(identity, []).append(conflict)
        return sorted(map(_merged, found.values()), key=conflict_order)

    def _pairs(self, one: Stance, other: Stance, reasons: list[str]) -> Iterator[Conflict]:
        sides = sorted(
            ((stance, self._by_stance[stance]) for stance in (one, other)),
            key=lambda side: (len(side[1]), side[1]),
        )
        (few, smaller), (many, larger) = sides
        beyond = len(smaller) * len(larger) > MOST_PAIRS
        for mine, theirs in product(smaller, larger[:1] if beyond else larger):
            if mine.site_id != theirs.site_id:
                more = len(larger) - 1 if beyond else 0
                said = [*reasons, f"and {more} times more at other sites"] if more else reasons
                found = policy_conflict(_SCOPE, (mine, few), (theirs, many), said)
                yield replace(found, more=more)

    def excluded(self, key: ConfigurationKey, manifest: ManifestContent) -> bool:
        """Return whether an extension at a site would conflict with one at another site."""
        return any(
            any(held.site_id != key.site_id for held in holders)
            and why_apart(mine, theirs, _SCOPE, self._contracts) is not None
            for mine in stances(manifest)
            for theirs, holders in self._by_stance.items()
        )


def _merged(conflicts: list[Conflict]) -> Conflict:
    """Return one conflict for a pair that several stances set apart."""
    first = conflicts[0]
    reason = joined(part for each in conflicts for part in each.reason.split("; "))
    return first if reason == first.reason else replace(first, reason=reason)
