"""Extensions among themselves at every site: what is found, in words and for the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from reconciler.model.desired import DesiredState
from reconciler.model.relations import Conflict, Relations
from reconciler.rules.advice import Adviser
from reconciler.rules.global_conflicts import Followers
from reconciler.rules.network import networks
from reconciler.rules.problems import (
    Problem,
    ProblemKind,
    SiteRelations,
    relations_at,
    unmet,
)
from reconciler.rules.steps import Step


@dataclass(frozen=True)
class Installation:
    """How the extensions of every site get on with each other, and with those of other sites."""

    sites: dict[UUID, SiteRelations]
    """By the id of the site, in the order of the sites' names."""
    elsewhere: tuple[Conflict, ...]
    """The conflicts between extensions of different sites."""
    followers: Followers

    @classmethod
    def of(cls, state: DesiredState) -> Installation:
        """Return the relations of a desired state."""
        known = list(networks(state))
        followers = Followers(known, state.catalog, state.unread.followers)
        elsewhere = tuple(followers.conflicts())
        clashing: dict[UUID, list[Problem]] = {}
        for conflict in elsewhere:
            for key in (conflict.first, conflict.second):
                problem = Problem(ProblemKind.ELSEWHERE, key.extension_id)
                clashing.setdefault(key.site_id, []).append(problem)
        sites = {
            network.site_id: relations_at(network).also(clashing.get(network.site_id, ()))
            for network in known
        }
        return cls(sites, elsewhere, followers)

    @cached_property
    def adviser(self) -> Adviser:
        """Who knows how to mend what is wrong; its tries are shared by all who ask."""
        return Adviser(self.followers)

    @property
    def relations(self) -> Relations:
        """Everything that the database keeps of it."""
        resolutions = [each for found in self.sites.values() for each in found.resolutions]
        conflicts = [each for found in self.sites.values() for each in found.conflicts]
        return Relations(tuple(resolutions), (*conflicts, *self.elsewhere))

    def advise(self, site_id: UUID, problem: Problem) -> tuple[Step, ...] | None:
        """Return the smallest set of steps at a site that mends a problem, if one is known."""
        return self.adviser.smallest(self.sites[site_id], problem)

    def advise_elsewhere(self, conflict: Conflict) -> tuple[UUID, tuple[Step, ...]] | None:
        """Return at which of two sites a conflict is mended with fewer steps, and how."""
        ways = []
        for key in (conflict.second, conflict.first):
            steps = self.advise(key.site_id, Problem(ProblemKind.ELSEWHERE, key.extension_id))
            if steps is not None:
                ways.append((len(steps), key.site_id, steps))
        if not ways:
            return None
        _, site_id, steps = min(ways, key=lambda way: way[0])
        return site_id, steps


def dependents(found: SiteRelations, extension: str, version: str) -> Iterator[tuple[str, str]]:
    """Yield who lacks what it needs without ``extension``, and what that is."""
    with_it = relations_at(found.network.with_version(extension, version))
    satisfied = {(each.key, unmet(each)) for each in with_it.resolutions if each.satisfied}
    for each in found.resolutions:
        if not each.satisfied and (each.key, unmet(each)) in satisfied:
            yield each.key.extension_id, each.dependency
