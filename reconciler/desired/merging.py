"""Profiles and a site's own files, merged into one configuration for each extension."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from reconciler.model.canonical import config_hash
from reconciler.model.desired import (
    ConfigurationKey,
    DesiredConfiguration,
    Layer,
    OptOut,
    Site,
)
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import Document, JsonObject
from reconciler.model.files import ExtensionFile, ProfileEntry, ProfileFile
from reconciler.model.kinds.files import MISSING_VERSION, UNKNOWN_PROFILE, USELESS_OPT_OUT
from reconciler.model.manifest import Catalog
from reconciler.model.merge_patch import merge_patch
from reconciler.rules.suggestion import did_you_mean, listed

ProfileFiles: TypeAlias = Mapping[str, tuple[ProfileFile, Document]]
ExtensionFiles: TypeAlias = Mapping[str, tuple[ExtensionFile, Document]]


@dataclass(frozen=True, slots=True)
class Merged:
    """What every site should have, and what its own files keep out of it."""

    configurations: dict[ConfigurationKey, DesiredConfiguration] = field(default_factory=dict)
    opt_outs: dict[ConfigurationKey, OptOut] = field(default_factory=dict)
    without_version: set[tuple[str, str]] = field(default_factory=set)
    """Sites and extensions that are enabled there at no version that anything says."""


def merged_configurations(
    sites: Mapping[str, Site],
    profiles: ProfileFiles,
    broken_profiles: Collection[str],
    extensions: Mapping[str, ExtensionFiles],
    catalog: Catalog,
    diagnostics: list[Diagnostic],
) -> Merged:
    """Return what every site should have; findings are added to ``diagnostics``.

    A profile that could not be read is not reported as unknown; the sites that use it are left
    as incomplete as it leaves them, and its own findings stop the plan.
    """
    found = Merged()
    known = profiles.keys() | set(broken_profiles)
    for site in sites.values():
        whole = set(site.profiles) <= profiles.keys()
        diagnostics.extend(_unknown_profiles(site, known))
        own_files = extensions.get(site.slug, {})
        profile_layers = _profile_layers(site, profiles)
        for extension in sorted(profile_layers.keys() | own_files.keys()):
            layers = profile_layers.get(extension, [])
            own = own_files.get(extension)
            if own and not own[0].enabled:
                if out := _opt_out(site, extension, layers, own[1]):
                    found.opt_outs[ConfigurationKey(site.id, extension)] = out
                elif not layers and whole:
                    place = own[1].locate(("enabled",))
                    diagnostics.append(
                        USELESS_OPT_OUT.at(place, site=site.slug, extension=extension)
                    )
                continue
            merged = _merge(site, extension, layers, own, catalog)
            if merged is not None:
                found.configurations[merged.key] = merged
                continue
            found.without_version.add((site.slug, extension))
            if whole:
                diagnostics.append(_missing_version(site, extension, layers, own, catalog))
    return found


def _unknown_profiles(site: Site, known: Collection[str]) -> Iterator[Diagnostic]:
    for index, name in enumerate(site.profiles):
        if name not in known:
            yield UNKNOWN_PROFILE.at(
                site.document.locate(("profiles", index)),
                site=site.slug,
                subject=name,
                profile=name,
                suggestion=did_you_mean(name, known, "Add it to profiles/."),
            )


def _profile_layers(
    site: Site, profiles: ProfileFiles
) -> dict[str, list[tuple[ProfileEntry, Layer]]]:
    """Return, for each extension, what the site's profiles say of it, in the listed order."""
    found: dict[str, list[tuple[ProfileEntry, Layer]]] = {}
    for name in site.profiles:
        if name not in profiles:
            continue
        profile, document = profiles[name]
        for extension, entry in profile.extensions.items():
            layer = Layer(
                document, ("extensions", extension), cast("JsonObject", entry.configuration)
            )
            found.setdefault(extension, []).append((entry, layer))
    return found


def _opt_out(
    site: Site,
    extension: str,
    profile_layers: list[tuple[ProfileEntry, Layer]],
    document: Document,
) -> OptOut | None:
    """Return what a site opts out of, where a profile says which version that would be."""
    versions = [entry.version for entry, _ in profile_layers if entry.version]
    return OptOut(site, extension, versions[-1], document) if versions else None


def _merge(
    site: Site,
    extension: str,
    profile_layers: list[tuple[ProfileEntry, Layer]],
    own: tuple[ExtensionFile, Document] | None,
    catalog: Catalog,
) -> DesiredConfiguration | None:
    """Return one configuration, or None where neither profile nor file gives a version."""
    layers = [layer for _, layer in profile_layers]
    versions = [entry.version for entry, _ in profile_layers]
    if own:
        layers.append(Layer(own[1], (), cast("JsonObject", own[0].configuration)))
        versions.append(own[0].version)
    version = next((given for given in reversed(versions) if given), None)
    if version is None:
        return None
    # Versions are stored as the manifest writes them, with or without a leading "v".
    if manifest := catalog.manifest(extension, version):
        version = manifest.content.version
    configuration = layers[0].configuration
    for layer in layers[1:]:
        configuration = cast("JsonObject", merge_patch(configuration, layer.configuration))
    return DesiredConfiguration(
        site=site,
        extension=extension,
        version=version,
        configuration=configuration,
        config_hash=config_hash(site.id, extension, version, configuration),
        layers=tuple(layers),
        reason=own[0].reason if own else None,
        signoffs=tuple(own[0].signoffs) if own else (),
    )


def _missing_version(
    site: Site,
    extension: str,
    profile_layers: list[tuple[ProfileEntry, Layer]],
    own: tuple[ExtensionFile, Document] | None,
    catalog: Catalog,
) -> Diagnostic:
    if own:
        place = own[1].locate(())
    else:
        _, layer = profile_layers[-1]
        place = layer.document.locate(layer.base)
    return MISSING_VERSION.at(
        place, site=site.slug, extension=extension, versions=listed(catalog.versions(extension))
    )
