"""Everything that is wrong among the extensions of one site, each told apart from all others.

The findings about a site and the advice on how to mend it are both made from this, so that what
is advised is known to leave nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from reconciler.model.manifest import ManifestContent
from reconciler.model.relations import Conflict, DependencyType, Resolution
from reconciler.rules.conflicts import conflict_order, conflicts_at
from reconciler.rules.dependencies import cycles, edges, resolutions
from reconciler.rules.network import Network
from reconciler.rules.versions import at_least


class ProblemKind(StrEnum):
    """What can be wrong among extensions."""

    FOUNDATION = "foundation"
    PLATFORM = "platform"
    EXTENSION = "extension"
    CAPABILITY = "capability"
    CONFLICT = "conflict"
    CYCLE = "cycle"
    ELSEWHERE = "elsewhere"
    """A conflict with an extension of another site."""


class Problem(NamedTuple):
    """One thing that is wrong; two sites with the same extensions have the same problems."""

    kind: ProblemKind
    extension: str
    about: tuple[str, ...] = ()


class Shortfall(NamedTuple):
    """A minimum of an extension that the platform of its site does not reach."""

    what: str
    asked: str
    there: str


class SiteRelations(Struct, frozen=True):
    """How the extensions of a site get on with each other, and what of it is wrong."""

    network: Network
    resolutions: tuple[Resolution, ...]
    conflicts: tuple[Conflict, ...]
    cycles: tuple[tuple[str, ...], ...]
    problems: Mapping[Problem, Resolution | Conflict | None]
    """Each problem with what was found out about it, in a fixed order."""

    def listed_problems(self, most_conflicts: int) -> Iterator[Problem]:
        """Yield the problems in their order, of conflicts no more than the first so many."""
        left = most_conflicts
        for problem in self.problems:
            left -= problem.kind is ProblemKind.CONFLICT
            if left >= 0 or problem.kind is not ProblemKind.CONFLICT:
                yield problem

    def also(self, problems: Iterable[Problem]) -> SiteRelations:
        """Return this with problems that were found by looking beyond the site."""
        return replace(self, problems={**self.problems, **dict.fromkeys(problems)})


def relations_at(network: Network) -> SiteRelations:
    """Return how the extensions of a site get on with each other."""
    resolved = tuple(resolutions(network))
    conflicts = tuple(conflicts_at(network))
    circles = tuple(cycles(edges(network, resolved)))
    problems: dict[Problem, Resolution | Conflict | None] = {}
    for extension in missing_foundation(network):
        problems[Problem(ProblemKind.FOUNDATION, extension)] = None
    for extension in sorted(network.manifests):
        if platform_too_old(network, network.manifests[extension]):
            problems[Problem(ProblemKind.PLATFORM, extension)] = None
    for each in resolved:
        if not each.satisfied:
            problems[unmet(each)] = each
    for conflict in conflicts:
        identity = Problem(ProblemKind.CONFLICT, conflict.first.extension_id)
        problems[identity._replace(about=conflict_order(conflict)[3:])] = conflict
    for circle in circles:
        problems[Problem(ProblemKind.CYCLE, circle[0], circle[1:])] = None
    return SiteRelations(network, resolved, conflicts, circles, problems)


def unmet(resolution: Resolution) -> Problem:
    """Return a dependency that is not satisfied as a problem."""
    is_extension = resolution.type is DependencyType.EXTENSION
    kind = ProblemKind.EXTENSION if is_extension else ProblemKind.CAPABILITY
    wanted = resolution.wanted or ""
    return Problem(kind, resolution.key.extension_id, (resolution.dependency, wanted))


def platform_too_old(network: Network, manifest: ManifestContent) -> list[Shortfall]:
    """Return which minimums of an extension the platform of a site falls short of."""
    site = network.site
    contracts = network.catalog.contracts
    minimums = [
        ("MES", manifest.mes_version, site.mes_version),
        *(
            ("MES", contracts[provided.name].min_mes_version, site.mes_version)
            for provided in manifest.capabilities.provides
            if provided.name in contracts
        ),
        ("API", manifest.api_version, site.api_version),
    ]
    return [
        Shortfall(what, asked, there)
        for what, asked, there in minimums
        if asked is not None and not at_least(there, asked)
    ]


def missing_foundation(network: Network) -> Iterator[str]:
    """Yield the extensions that every site must have and this one lacks (design section 4.4).

    An extension is asked for where some version that the site could run asks to be everywhere.
    """
    for extension, versions in network.catalog.required_everywhere.items():
        enabled = extension in network.versions or extension in network.unknown
        if not enabled and any(not platform_too_old(network, manifest) for manifest in versions):
            yield extension


def in_plain_words(problem: Problem) -> str:
    """Return what is wrong as a clause."""
    name, about = problem.extension, problem.about
    return {
        ProblemKind.FOUNDATION: f"{name} must be enabled everywhere",
        ProblemKind.PLATFORM: f"{name} needs a newer MES or API than the site has",
        ProblemKind.EXTENSION: f"{name} needs {' '.join(about)}".rstrip(),
        ProblemKind.CAPABILITY: f"{name} needs capability {' '.join(about)}".rstrip(),
        ProblemKind.CONFLICT: f"{name} and {about[0] if about else ''} conflict",
        ProblemKind.CYCLE: f"{' → '.join((name, *about, name))} is a circle",
        ProblemKind.ELSEWHERE: f"{name} conflicts with an extension of another site",
    }[problem.kind]
