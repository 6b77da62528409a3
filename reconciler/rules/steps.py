"""The steps that could mend a problem: extensions to enable, set to another version or disable.

Nothing here knows whether a step helps; that is tried in ``advice``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from reconciler.model.manifest import ManifestContent
from reconciler.model.relations import Conflict
from reconciler.model.semver import is_prerelease, precedence
from reconciler.rules.network import Network
from reconciler.rules.problems import Problem, ProblemKind, SiteRelations, platform_too_old
from reconciler.rules.versions import meets_minimum, satisfies

_MOST_VERSIONS = 8
"""How many versions of one extension are tried, the newest first."""


class Step(Struct, frozen=True):
    """One change to a site: an extension at another version, or (None) disabled."""

    extension: str
    version: str | None
    replaces: str | None = None
    """The version that is enabled now."""

    @property
    def words(self) -> str:
        """What to do, as an order."""
        if self.version is None:
            return f"disable {self.extension}"
        if self.replaces is None:
            return f"enable {self.extension} {self.version}"
        return f"set {self.extension} to {self.version}"


def steps_for(found: SiteRelations, problem: Problem) -> Iterator[Step]:
    """Yield what could mend a problem, what takes least away first."""
    network, about = found.network, found.problems[problem]
    if problem.kind in (ProblemKind.EXTENSION, ProblemKind.CAPABILITY, ProblemKind.FOUNDATION):
        yield from suppliers(network, problem)
    if problem.kind is ProblemKind.FOUNDATION:
        return
    concerned = [problem.extension]
    if isinstance(about, Conflict):
        concerned.append(about.second.extension_id)
    elif problem.kind is ProblemKind.CYCLE:
        concerned += problem.about[: _MOST_VERSIONS - 1]
    for extension in concerned:
        yield from _versions(network, extension)
    for extension in reversed(concerned):
        if _may_be_disabled(network, extension):
            yield Step(extension, None, network.versions.get(extension))


def suppliers(network: Network, problem: Problem, *, every: bool = False) -> Iterator[Step]:
    """Yield the extensions and versions that would provide what is missing.

    ``every`` has those among them that are not advised, since they are deprecated or too new.
    """
    if problem.kind is ProblemKind.FOUNDATION:
        yield from _versions(network, problem.extension, every=every)
    elif problem.kind is ProblemKind.EXTENSION:
        needed, range_ = problem.about
        yield from _versions(
            network, needed, lambda held: satisfies(held.version, range_), every=every
        )
    elif problem.kind is ProblemKind.CAPABILITY:
        for extension in _providers(network, problem):
            yield from _versions(
                network, extension, lambda held: _provides(held, *problem.about), every=every
            )


def _providers(network: Network, problem: Problem) -> list[str]:
    """Return who could provide a capability: the one asked for first, then the default."""
    capability, _ = problem.about
    able = {
        manifest.content.id
        for manifest in network.catalog
        if any(each.name == capability for each in manifest.content.capabilities.provides)
    }
    asked = [
        each.provider
        for each in network.manifests[problem.extension].dependencies.capabilities
        if each.capability == capability
    ]
    contract = network.catalog.contracts.get(capability)
    first = [*asked, contract.default_provider if contract else None]
    return sorted(able, key=lambda name: (first.index(name) if name in first else len(first), name))


def _provides(manifest: ManifestContent, capability: str, minimum: str) -> bool:
    return any(
        each.name == capability and (not minimum or meets_minimum(each.version, minimum))
        for each in manifest.capabilities.provides
    )


def _versions(
    network: Network,
    extension: str,
    serves: Callable[[ManifestContent], bool] = lambda _: True,
    *,
    every: bool = False,
) -> list[Step]:
    """Return the other versions of an extension that a site can run, the newest first.

    Args:
        network: the site.
        extension: whose versions.
        serves: says whether a version would do.
        every: those as well that are not advised.

    Deprecated ones are not advised, pre-releases only where there is nothing else.
    """
    now = network.versions.get(extension)
    others = [
        manifest.content
        for manifest in network.catalog.manifests.get(extension, {}).values()
        if manifest.content.version != now and serves(manifest.content)
    ]
    if not every:
        runnable = [
            content
            for content in others
            if not content.deprecated and not platform_too_old(network, content)
        ]
        others = [each for each in runnable if not is_prerelease(each.version)] or runnable
    ordered = sorted((content.version for content in others), key=precedence, reverse=True)
    return [Step(extension, version, now) for version in ordered[:_MOST_VERSIONS]]


def _may_be_disabled(network: Network, extension: str) -> bool:
    manifest = network.manifests.get(extension)
    policy = manifest.activation_policy if manifest else None
    return extension in network.versions and (
        policy is None or (policy.can_be_disabled and not policy.required)
    )


def takes_least(steps: Sequence[Step]) -> tuple[int, int]:
    """Return a key that puts what disables fewest extensions first, then what has fewest steps."""
    return sum(step.version is None for step in steps), len(steps)


def in_words(steps: Sequence[Step]) -> str:
    """Return steps as one order."""
    return ", and ".join(step.words for step in steps)
