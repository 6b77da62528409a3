"""The chain of reasons behind one site: who needs whom, who conflicts, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from reconciler.model.desired import DesiredState, Site
from reconciler.model.diagnostic import Location
from reconciler.model.relations import Conflict, DependencyType, Resolution
from reconciler.rules.advice import Adviser
from reconciler.rules.compliance import counting_signoffs, requirements
from reconciler.rules.network import Network
from reconciler.rules.problems import Problem, ProblemKind, SiteRelations, unmet
from reconciler.rules.relations import Installation
from reconciler.rules.steps import Step, in_words

MOST_WORK = 120_000
"""How many extensions and conflicts are looked at for one explanation."""
MOST_WORK_EACH = 30_000


class Way(Struct, frozen=True):
    """One way to mend something: steps that were tried and leave nothing wrong."""

    steps: tuple[Step, ...]
    configuration: tuple[str, ...] = ()
    """The keys that the extensions enabled by it ask for."""

    @property
    def words(self) -> str:
        """The way as one order."""
        asked = f" (configuration: {', '.join(self.configuration)})" if self.configuration else ""
        return in_words(self.steps) + asked


class Link(Struct, frozen=True):
    """One dependency in a chain. ``depth`` counts from 0, what is needed comes below who needs it.

    ``again`` says that the chain goes on as it does further above.
    """

    depth: int
    resolution: Resolution
    again: bool = False
    ways: tuple[Way, ...] = ()
    useless: tuple[str, ...] = ()
    """What would provide it and cannot be used here, each with the reason."""


class Clash(Struct, frozen=True):
    """A conflict as one side sees it, with a smallest change that removes it."""

    conflict: Conflict
    other: str
    at: str
    """The other's site; this one's own where it is there as well."""
    mend_at: str
    way: Way | None


class AskedSignature(Struct, frozen=True):
    """A signature that a configuration asks for, and who gave it."""

    aspect: str
    role: str
    enforced: bool
    signed_by: tuple[str, ...]


class OptedOut(Struct, frozen=True):
    """The file that opts out of what a profile brings, and the version that it brings."""

    location: Location
    version: str


class Explained(Struct, frozen=True):
    """One extension of a site; ``version`` is None where it is not enabled."""

    extension: str
    version: str | None
    chain: tuple[Link, ...] = ()
    needed_by: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()
    signatures: tuple[AskedSignature, ...] = ()
    enabling: tuple[Way, ...] = ()
    """What enabling it would take, for each version that can be."""
    obstacles: tuple[str, ...] = ()
    """Why other versions cannot be enabled."""
    opted_out: OptedOut | None = None


class Explainer:
    """Explains the extensions of one site of a desired state."""

    def __init__(self, state: DesiredState, installation: Installation, site: Site) -> None:
        self._state = state
        self._installation = installation
        self._site = site
        self._found = installation.sites[site.id]
        self._adviser = Adviser(
            installation.followers, most_work=MOST_WORK, most_work_each=MOST_WORK_EACH
        )

    @property
    def _network(self) -> Network:
        return self._found.network

    def explain(self, extension: str, *, whole: bool) -> Explained:
        """Return what is known of an extension; ``whole`` follows its chain to the end."""
        version = self._network.versions.get(extension)
        if version is None:
            return self._not_enabled(extension)
        needed_by = sorted(
            each.key.extension_id
            for each in self._found.resolutions
            if each.satisfied and _target(each) == extension and each.key.extension_id != extension
        )
        return Explained(
            extension=extension,
            version=version,
            chain=tuple(self._chain(extension, whole=whole)),
            needed_by=tuple(dict.fromkeys(needed_by)),
            clashes=tuple(self._clashes(extension)),
            signatures=tuple(self._signatures(extension)),
        )

    def _chain(self, extension: str, *, whole: bool) -> Iterator[Link]:
        """Yield the dependencies below an extension, each extension's own only once."""
        needs: dict[str, list[Resolution]] = {}
        for each in self._found.resolutions:
            needs.setdefault(each.key.extension_id, []).append(each)
        seen = {extension}
        waiting = [(0, each) for each in reversed(needs.get(extension, []))]
        while waiting:
            depth, each = waiting.pop()
            target = _target(each)
            below = needs.get(target, []) if each.satisfied and whole else []
            again = bool(below) and target in seen
            yield self._link(depth, each, again=again)
            if below and not again:
                seen.add(target)
                waiting += [(depth + 1, each) for each in reversed(below)]

    def _link(self, depth: int, resolution: Resolution, *, again: bool) -> Link:
        if resolution.satisfied:
            return Link(depth, resolution, again)
        problem = unmet(resolution)
        ways = self._adviser.choices(self._found, problem)
        if not ways and (smallest := self._adviser.smallest(self._found, problem)):
            ways = [smallest]
        useless = self._adviser.useless(self._found, problem)
        return Link(depth, resolution, again, self._ways(ways), tuple(useless))

    def _ways(self, found: Sequence[tuple[Step, ...]]) -> tuple[Way, ...]:
        return tuple(Way(steps, tuple(self._asked_keys(steps))) for steps in sorted(found, key=len))

    def _asked_keys(self, steps: Sequence[Step]) -> Iterator[str]:
        """Yield the keys of configuration that a site has to give for what is newly enabled."""
        for step in steps:
            manifest = self._state.catalog.manifest(step.extension, step.version or "")
            if manifest is not None and step.replaces is None:
                asked = manifest.schema.get("required")
                yield from map(str, asked if isinstance(asked, list) else ())

    def _clashes(self, extension: str) -> Iterator[Clash]:
        own = self._network.key(extension)
        for conflict in (*self._found.conflicts, *self._installation.elsewhere):
            if own not in (conflict.first, conflict.second):
                continue
            other = conflict.second if conflict.first == own else conflict.first
            mend_at, steps = self._mend(conflict)
            yield Clash(
                conflict=conflict,
                other=other.extension_id,
                at=self._state.sites_by_id[other.site_id].slug,
                mend_at=mend_at,
                way=Way(steps) if steps else None,
            )

    def _mend(self, conflict: Conflict) -> tuple[str, tuple[Step, ...] | None]:
        if conflict.first.site_id != conflict.second.site_id:
            known = self._installation.advise_elsewhere(conflict)
            if known is None:
                return self._site.slug, None
            return self._state.sites_by_id[known[0]].slug, known[1]
        (problem,) = [each for each, about in self._found.problems.items() if about == conflict]
        return self._site.slug, self._adviser.smallest(self._found, problem)

    def _signatures(self, extension: str) -> Iterator[AskedSignature]:
        desired = self._state.configurations[self._network.key(extension)]
        counting = counting_signoffs(desired, self._state)
        for asked in requirements(desired, self._state):
            signers = [
                entry.signed_by
                for entry in counting
                if (entry.aspect, entry.role.value) == (asked.aspect, asked.role)
            ]
            yield AskedSignature(asked.aspect, asked.role, asked.enforced, tuple(signers))

    def _not_enabled(self, extension: str) -> Explained:
        """Return what it would take to enable an extension, as if every site had to have it."""
        missing = Problem(ProblemKind.FOUNDATION, extension)
        asked = self._found.also([missing])
        ways = self._adviser.choices(asked, missing)
        useless = self._adviser.useless(asked, missing)
        return Explained(
            extension,
            None,
            enabling=self._ways(ways),
            obstacles=tuple(useless),
            opted_out=self._opted_out(extension),
        )

    def _opted_out(self, extension: str) -> OptedOut | None:
        found = self._state.opt_outs.get(self._network.key(extension))
        if found is None:
            return None
        return OptedOut(found.document.locate(("enabled",)), found.version)


def _target(resolution: Resolution) -> str:
    """Return the extension that a dependency leads to."""
    if resolution.type is DependencyType.EXTENSION:
        return resolution.dependency
    return resolution.resolved_provider or ""


def explained_site(
    state: DesiredState, installation: Installation, site: Site, extension: str | None
) -> list[Explained]:
    """Return one extension of a site with its whole chain, or all of them, each by itself."""
    explainer = Explainer(state, installation, site)
    if extension is not None:
        return [explainer.explain(extension, whole=True)]
    enabled: SiteRelations = installation.sites[site.id]
    return [explainer.explain(each, whole=False) for each in sorted(enabled.network.versions)]
