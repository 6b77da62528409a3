"""Versions that have had their time: deprecated, or certified no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from reconciler.model.desired import DesiredConfiguration, DesiredState
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds.lifecycle import CERTIFICATION_EXPIRED, DEPRECATED_VERSION
from reconciler.model.manifest import Catalog
from reconciler.model.semver import precedence
from reconciler.rules.suggestion import listed


def has_had_its_time(catalog: Catalog, extension: str, version: str) -> bool:
    """Return whether there may be something to say about a version."""
    manifest = catalog.manifest(extension, version)
    if manifest is None:
        return False
    return manifest.content.deprecated or bool(manifest.content.governance.certifications)


def check_lifecycle(desired: DesiredConfiguration, state: DesiredState) -> Iterator[Diagnostic]:
    """Yield a warning for a deprecated version, and for each certificate that has run out."""
    manifest = state.catalog.manifest(desired.extension, desired.version)
    if manifest is None:
        return
    content = manifest.content
    if content.deprecated:
        yield DEPRECATED_VERSION.at(
            desired.locate_entry("version"),
            site=desired.site.slug,
            extension=desired.extension,
            version=desired.version,
            notice=f": {content.deprecation_notice}" if content.deprecation_notice else "",
            suggestion=_newer(desired, state),
        )
    if not content.governance.certifications:
        return
    today = state.as_of.astimezone(UTC).date() if state.as_of else None
    for certificate in content.governance.certifications:
        until = certificate.valid_until
        if today is not None and until is not None and until < today:
            yield CERTIFICATION_EXPIRED.at(
                desired.locate_entry("version"),
                site=desired.site.slug,
                extension=desired.extension,
                subject=certificate.type,
                version=desired.version,
                until=until.isoformat(),
            )


def _newer(desired: DesiredConfiguration, state: DesiredState) -> str:
    """Return which later versions there are that are not deprecated themselves."""
    later = [
        version
        for version in state.catalog.versions(desired.extension)
        if precedence(version) > precedence(desired.version)
        and (manifest := state.catalog.manifest(desired.extension, version)) is not None
        and not manifest.content.deprecated
    ]
    if not later:
        return "The catalog has no later version; ask its vendor what to use instead."
    return f"Change to a later version: {listed(later)}."
