"""What each extension needs at its site, and whether it is there (design section 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.manifest import CapabilityDependency, ManifestContent
from reconciler.model.relations import DependencyType, Resolution
from reconciler.rules.network import Network, Provider
from reconciler.rules.versions import is_valid_range, meets_minimum, satisfies


def resolutions(network: Network) -> Iterator[Resolution]:
    """Yield how every dependency of every extension of a site is met, or why it is not."""
    for extension in sorted(network.manifests):
        yield from resolutions_of(network, extension, network.manifests[extension])


def resolutions_of(
    network: Network, extension: str, manifest: ManifestContent
) -> Iterator[Resolution]:
    """Yield how the dependencies of one extension are met at a site.

    Of what may be met by an extension that too little is known of, nothing is said, nor of what
    the manifest asks for in no way that can be understood.
    """
    for needed, range_ in sorted(manifest.dependencies.extensions.items()):
        met = _extension(network, extension, needed, range_)
        if met.satisfied or (needed not in network.unknown and is_valid_range(range_)):
            yield met
    for capability in manifest.dependencies.capabilities:
        met = _capability(network, extension, capability)
        if met.satisfied or not network.may_provide(capability.capability):
            yield met


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
    chosen = _preferred(fitting or list(providers), (needed.provider, extension))
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


def _preferred(providers: list[Provider], order: tuple[str | None, ...]) -> Provider | None:
    """Return the first in ``order`` that is among the providers, else the first of them."""
    known = {provider.extension: provider for provider in reversed(providers)}
    for preferred in order:
        if preferred in known:
            return known[preferred]
    return providers[0] if providers else None


def other_providers(
    network: Network, resolved: Iterable[Resolution]
) -> Iterator[tuple[Resolution, str]]:
    """Yield where a capability comes from another provider than the one asked for, and which."""
    for each in resolved:
        if not each.satisfied or each.type is DependencyType.EXTENSION:
            continue
        for needed in network.manifests[each.key.extension_id].dependencies.capabilities:
            if needed.capability != each.dependency or needed.provider is None:
                continue
            if needed.provider != each.resolved_provider:
                yield each, needed.provider


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
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in sorted(graph):
        if start not in done:
            found += _circles_from(start, graph, done)
    return sorted(found)


def _circles_from(
    start: str, graph: Mapping[str, Iterable[str]], done: set[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the circles below ``start``, each looked at once; ``done`` grows by what was seen."""
    path = {start: iter(sorted(graph[start]))}  # from the start to where we are, in order
    while path:
        here = next(reversed(path))
        target = next((each for each in path[here] if each not in done), None)
        if target is None:
            done.add(here)
            del path[here]
        elif target in path:
            way = list(path)
            circle = way[way.index(target) :]
            done.update(circle)
            for extension in circle:
                del path[extension]
            yield _from_lowest(circle)
        else:
            path[target] = iter(sorted(graph.get(target, ())))


def _from_lowest(circle: list[str]) -> tuple[str, ...]:
    lowest = circle.index(min(circle))
    return (*circle[lowest:], *circle[:lowest])
