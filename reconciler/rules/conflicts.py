"""Which extensions of one site must not be enabled together (design section 4.3).

Explicit conflicts, policies, and dependencies on a third extension that cannot both hold. Each
pair is found once for each cause, whichever side says it. Conflicts between sites are found by
``global_conflicts``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product

from reconciler.model.desired import ConfigurationKey
from reconciler.model.manifest import ConflictScope
from reconciler.model.relations import Conflict, ConflictType
from reconciler.rules.network import Network
from reconciler.rules.policies import Stance, joined, policy_conflict, stances, why_apart
from reconciler.rules.versions import satisfies

Side = tuple[ConfigurationKey, Stance]


def conflicts_at(network: Network) -> list[Conflict]:
    """Return the conflicts between extensions of one site, in a fixed order."""
    found = [*_explicit(network), *_policies(network), *_dependencies(network)]
    return sorted(found, key=conflict_order)


def conflict_order(conflict: Conflict) -> tuple[str, ...]:
    """Return what tells one conflict from all others, and their one order."""
    return (
        *map(str, conflict.first),
        *map(str, conflict.second),
        conflict.type.value,
        conflict.scope.value if conflict.scope else "",
        conflict.capability or "",
        conflict.resource or "",
    )


def _explicit(network: Network) -> Iterator[Conflict]:
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for extension in sorted(network.manifests):
        for other in network.manifests[extension].conflicts.explicit:
            if other.id in network.versions and other.id != extension:
                first, second = sorted((extension, other.id))
                reasons[first, second].append(other.reason)
    for (first, second), given in reasons.items():
        yield Conflict(
            type=ConflictType.EXPLICIT,
            first=network.key(first),
            second=network.key(second),
            reason=joined(given) or "the manifest says that they do not go together",
        )


def _policies(network: Network) -> Iterator[Conflict]:
    sides = [
        (network.key(extension), stance)
        for extension in sorted(network.manifests)
        for stance in stances(network.manifests[extension])
    ]
    for scope in ConflictScope:
        for topic in _by_topic(sides, scope):
            yield from _between(topic, scope, network)


def _by_topic(sides: list[Side], scope: ConflictScope) -> list[list[Side]]:
    """Return which policies may meet in ``scope``: those about the same thing."""
    found: dict[tuple[str | None, str | None], list[Side]] = defaultdict(list)
    for key, stance in sides:
        if stance.takes_part(scope):
            apart = scope is not ConflictScope.GLOBAL
            topic = (stance.capability, stance.resource) if apart else (None, None)
            found[topic].append((key, stance))
    return list(found.values())


def _between(sides: list[Side], scope: ConflictScope, network: Network) -> Iterator[Conflict]:
    found: dict[tuple[str, ...], tuple[Side, Side, list[str]]] = {}
    for one, other in combinations(sides, 2):
        if one[0] != other[0]:
            reasons = why_apart(one[1], other[1], scope, network.catalog.incompatibilities)
            if reasons is not None:
                pair = sorted((one[0].extension_id, other[0].extension_id))
                about = one[1].capability or other[1].capability or ""
                found.setdefault((*pair, about), (one, other, []))[2].extend(reasons)
    for one, other, reasons in found.values():
        yield policy_conflict(scope, one, other, reasons)


def _dependencies(network: Network) -> Iterator[Conflict]:
    """Yield the pairs that need versions of other extensions of which none is for both."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for needed, first, second, reason in _irreconcilable(network):
        found[first, second][needed] = reason
    for (first, second), reasons in found.items():
        yield Conflict(
            type=ConflictType.DEPENDENCY,
            first=network.key(first),
            second=network.key(second),
            reason=joined(reasons.values()),
            over=", ".join(sorted(reasons)),
        )


def _irreconcilable(network: Network) -> Iterator[tuple[str, str, str, str]]:
    wanted: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for extension in sorted(network.manifests):
        needs = network.manifests[extension].dependencies.extensions
        for needed, range_ in sorted(needs.items()):
            wanted[needed][range_].append(extension)
    for needed, by_range in sorted(wanted.items()):
        if len(by_range) == 1 or needed in network.half_known:
            continue  # a version that cannot be read may be the one for both
        known = network.catalog.versions(needed)
        fitting = {
            range_: {version for version in known if satisfies(version, range_)}
            for range_ in by_range
        }
        for one, other in combinations(by_range, 2):
            if fitting[one] and fitting[other] and not fitting[one] & fitting[other]:
                for pair in product(by_range[one], by_range[other]):
                    yield needed, *_apart(needed, (pair[0], one), (pair[1], other))


def _apart(needed: str, one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str, str]:
    (first, lower), (second, higher) = sorted((one, other))
    reason = (
        f"{first} needs {needed} {lower}, {second} needs {needed} {higher}, "
        "and no version in the catalog is both"
    )
    return first, second, reason
