"""Profiles and a site's own files, merged into one configuration for each extension."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from reconciler.model.canonical import config_hash
from reconciler.model.desired import DesiredConfiguration, Layer, Site, merged
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.document import Document, JsonObject
from reconciler.model.files import ExtensionFile, ProfileEntry, ProfileFile
from reconciler.model.kinds.files import MISSING_VERSION, UNKNOWN_PROFILE
from reconciler.model.manifest import Catalog
from reconciler.rules.suggestion import did_you_mean, listed

ProfileFiles: TypeAlias = Mapping[str, tuple[ProfileFile, Document]]
ProfileLayers: TypeAlias = Mapping[str, list[tuple[ProfileEntry, Layer]]]


def unknown_profiles(site: Site, known: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a finding for each profile that a site names and nobody has written."""
    for index, name in enumerate(site.profiles):
        if name not in known:
            yield UNKNOWN_PROFILE.at(
                site.document.locate(("profiles", index)),
                site=site.slug,
                subject=name,
                profile=name,
                suggestion=did_you_mean(name, known, "Add it to profiles/."),
            )


def profile_layers(names: Collection[str], profiles: ProfileFiles) -> ProfileLayers:
    """Return, for each extension, what profiles say of it, in the order they are listed in."""
    found: dict[str, list[tuple[ProfileEntry, Layer]]] = {}
    for name in names:
        if name not in profiles:
            continue
        profile, document = profiles[name]
        for extension, entry in profile.extensions.items():
            layer = Layer(document, ("extensions", extension))
            found.setdefault(extension, []).append((entry, layer))
    return found


def merge(
    site: Site,
    extension: str,
    brought: list[tuple[ProfileEntry, Layer]],
    own: tuple[ExtensionFile, Document] | None,
    catalog: Catalog,
) -> tuple[DesiredConfiguration, JsonObject] | None:
    """Return one configuration with what it holds, merged.

    None where neither profile nor file gives a version.
    """
    layers = [layer for _, layer in brought]
    versions = [entry.version for entry, _ in brought]
    if own:
        layers.append(Layer(own[1], ()))
        versions.append(own[0].version)
    version = next((given for given in reversed(versions) if given), None)
    if version is None:
        return None
    # Versions are stored as the manifest writes them, with or without a leading "v".
    if manifest := catalog.manifest(extension, version):
        version = manifest.content.version
    configuration = merged(layers)
    desired = DesiredConfiguration(
        site=site,
        extension=extension,
        version=version,
        config_hash=config_hash(site.id, extension, version, configuration),
        layers=tuple(layers),
        reason=own[0].reason if own else None,
        signoffs=tuple(own[0].signoffs) if own else (),
    )
    return desired, configuration


def missing_version(
    site: Site,
    extension: str,
    brought: list[tuple[ProfileEntry, Layer]],
    own: Document | None,
    catalog: Catalog,
) -> Diagnostic:
    """Return the finding that nothing says at which version an extension is enabled."""
    if own:
        place = own.locate(())
    else:
        _, layer = brought[-1]
        place = layer.document.locate(layer.base)
    return MISSING_VERSION.at(
        place, site=site.slug, extension=extension, versions=listed(catalog.versions(extension))
    )
