"""Extensions among themselves at every site: what is found, in words and for the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from uuid import UUID

from msgspec import Struct

from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.relations import Conflict, Relations, Resolution
from reconciler.rules.advice import Adviser
from reconciler.rules.global_conflicts import Followers, apart_anywhere
from reconciler.rules.network import Networks
from reconciler.rules.problems import (
    Problem,
    ProblemKind,
    SiteRelations,
    relations_at,
    unmet,
)
from reconciler.rules.steps import Step


class _Sites(Mapping[UUID, SiteRelations]):
    """The relations at each site, found out when they are asked for."""

    def __init__(self, networks: Networks, clashing: Mapping[UUID, Sequence[Problem]]) -> None:
        self._networks = networks
        self._clashing = clashing
        self._known: dict[UUID, SiteRelations] = {}

    def __getitem__(self, site_id: UUID) -> SiteRelations:
        if site_id not in self._known:
            found = relations_at(self._networks[site_id])
            self._known[site_id] = found.also(self._clashing.get(site_id, ()))
        return self._known[site_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._networks)

    def __len__(self) -> int:
        return len(self._networks)


class _Resolutions(Mapping[UUID, Sequence[Resolution]]):
    """How the dependencies at each site are met."""

    def __init__(self, sites: Mapping[UUID, SiteRelations]) -> None:
        self._sites = sites

    def __getitem__(self, site_id: UUID) -> Sequence[Resolution]:
        return self._sites[site_id].resolutions

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._sites)

    def __len__(self) -> int:
        return len(self._sites)


class Installation(Struct, frozen=True, dict=True):
    """How the extensions of every site get on with each other, and with those of other sites."""

    sites: Mapping[UUID, SiteRelations]
    """By the id of the site, in the order of the sites' names."""
    troubled: tuple[UUID, ...]
    """The sites where there may be something to say about the extensions among themselves."""
    elsewhere: tuple[Conflict, ...]
    """The conflicts between extensions of different sites."""
    followers: Followers

    @classmethod
    def of(cls, state: DesiredState, quiet: Collection[UUID] = frozenset()) -> Installation:
        """Return the relations of a desired state.

        Args:
            state: the desired state.
            quiet: the sites where all is known to be well (``neighbourhoods``).
        """
        networks = Networks(state)
        followers = _followers(state, networks)
        elsewhere = tuple(followers.conflicts())
        clashing: dict[UUID, list[Problem]] = {}
        for conflict in elsewhere:
            for key in (conflict.first, conflict.second):
                problem = Problem(ProblemKind.ELSEWHERE, key.extension_id)
                clashing.setdefault(key.site_id, []).append(problem)
        troubled = tuple(site_id for site_id in networks if site_id not in quiet)
        return cls(_Sites(networks, clashing), troubled, elsewhere, followers)

    @cached_property
    def adviser(self) -> Adviser:
        """Who knows how to mend what is wrong; its tries are shared by all who ask."""
        return Adviser(self.followers)

    @property
    def relations(self) -> Relations:
        """What the database keeps of it."""
        troubled = (self.sites[site_id] for site_id in self.troubled)
        conflicts = [each for found in troubled for each in found.conflicts]
        return Relations(_Resolutions(self.sites), (*conflicts, *self.elsewhere))

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


def conflicts_elsewhere(state: DesiredState) -> bool:
    """Return whether extensions of different sites conflict, those of unread sites among them."""
    return bool(_followers(state, Networks(state)).conflicts())


def _followers(state: DesiredState, sites: Collection[UUID]) -> Followers:
    return Followers(_following(state, sites), state.catalog)


def _following(
    state: DesiredState, sites: Collection[UUID]
) -> Iterator[tuple[ConfigurationKey, str]]:
    """Yield what may conflict with something at another site, at which version."""
    apart = set(apart_anywhere(state.catalog))
    catalog = state.catalog

    def may_clash(extension: str, version: str) -> bool:
        manifest = catalog.manifest(extension, version)
        if manifest is None:
            return False
        return (manifest.content.id, manifest.content.version) in apart

    wanted = {pair for pair in state.enabled_versions if apart and may_clash(*pair)}
    for site_id in sites if wanted else ():
        for pair in state.enabled[site_id].with_versions():
            if pair in wanted:
                yield ConfigurationKey(site_id, pair[0]), pair[1]
    yield from state.unread.followers


def dependents(found: SiteRelations, extension: str, version: str) -> Iterator[tuple[str, str]]:
    """Yield who lacks what it needs without ``extension``, and what that is."""
    with_it = relations_at(found.network.with_version(extension, version))
    satisfied = {(each.key, unmet(each)) for each in with_it.resolutions if each.satisfied}
    for each in found.resolutions:
        if not each.satisfied and (each.key, unmet(each)) in satisfied:
            yield each.key.extension_id, each.dependency
