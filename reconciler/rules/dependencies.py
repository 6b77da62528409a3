"""What each extension needs at its site, and whether it is there (design section 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from reconciler.model.manifest import CapabilityDependency, ManifestContent
from reconciler.model.relations import DependencyType, Resolution
from reconciler.rules.network import Network, Provider
from reconciler.rules.versions import meets_minimum, satisfies


def resolutions(network: Network) -> Iterator[Resolution]:
    """Yield how every dependency of every extension of a site is met, or why it is not."""
    for extension in sorted(network.manifests):
        yield from resolutions_of(network, extension, network.manifests[extension])


def resolutions_of(
    network: Network, extension: str, manifest: ManifestContent
) -> Iterator[Resolution]:
    """Yield how the dependencies of one extension are met at a site.

    Of what may be met by an extension that too little is known of, nothing is said.
    """
    for needed, range_ in sorted(manifest.dependencies.extensions.items()):
        if needed in network.versions or needed not in network.unknown:
            yield _extension(network, extension, needed, range_)
    for capability in manifest.dependencies.capabilities:
        found = _capability(network, extension, capability)
        if found.satisfied or not network.may_provide(capability.capability):
            yield found


def _extension(network: Network, extension: str, needed: str, range_: str) -> Resolution:
    version = network.versions.get(needed)
    satisfied = version is not None and satisfies(version, range_)
    reason = None
    if version is None:
        reason = f"{needed} is not enabled"
    elif not satisfied:
        reason = f"{needed} is enabled at {version}"
    return Resolution(
        key=network.key(extension),
        type=DependencyType.EXTENSION,
        dependency=needed,
        wanted=range_,
        resolved_version=version,
        resolved_provider=None,
        satisfied=satisfied,
        reason=reason,
    )


def _capability(network: Network, extension: str, needed: CapabilityDependency) -> Resolution:
    providers = network.providers.get(needed.capability, ())
    fitting = [provider for provider in providers if provides(provider, needed)]
    chosen = _preferred(fitting or list(providers), needed.provider)
    reason = None
    if not providers:
        reason = "nothing provides it"
    elif not fitting:
        held = ", ".join(f"{each.extension} provides {each.version}" for each in providers)
        reason = f"{held}, and that is not enough"
    return Resolution(
        key=network.key(extension),
        type=DependencyType.CAPABILITY,
        dependency=needed.capability,
        wanted=needed.min_version,
        resolved_version=chosen.version if chosen else None,
        resolved_provider=chosen.extension if chosen else None,
        satisfied=bool(fitting),
        reason=reason,
    )


def provides(provider: Provider, needed: CapabilityDependency) -> bool:
    """Return whether a provider's version of a capability is enough."""
    return needed.min_version is None or meets_minimum(provider.version, needed.min_version)


def _preferred(providers: list[Provider], preferred: str | None) -> Provider | None:
    """Return the provider that is asked for, where it is among them, else the first."""
    for provider in providers:
        if provider.extension == preferred:
            return provider
    return providers[0] if providers else None


def edges(network: Network, resolved: Iterable[Resolution]) -> dict[str, list[str]]:
    """Return which enabled extensions each extension depends on, directly or as providers."""
    found: dict[str, list[str]] = {extension: [] for extension in network.versions}
    for each in resolved:
        extension = each.key.extension_id
        is_extension = each.type is DependencyType.EXTENSION
        target = each.dependency if is_extension else each.resolved_provider or ""
        # What an extension provides itself it does not wait for.
        own = not is_extension and target == extension
        if target in network.versions and not own:
            found[extension].append(target)
    return found


def cycles(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return circles of extensions that depend on each other, each from its lowest id on.

    No two of them share an extension; where circles overlap, the others show once one is broken.
    """
    left = {extension: sorted(targets) for extension, targets in sorted(graph.items())}
    found = []
    while (circle := _circle(left)) is not None:
        found.append(circle)
        left = {
            extension: [target for target in targets if target not in circle]
            for extension, targets in left.items()
            if extension not in circle
        }
    return sorted(found)


def _circle(graph: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # The first is named again as the last, and each comes before what depends on it.
        circle = list(reversed(error.args[1][1:]))
        start = circle.index(min(circle))
        return (*circle[start:], *circle[:start])
    return None
