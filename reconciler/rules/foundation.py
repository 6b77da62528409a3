"""Extensions of the platform's foundation are not taken away (design section 4.4).

That they are enabled everywhere is a part of what is wrong at a site, in ``problems``.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from reconciler.model.desired import DesiredState, Site
from reconciler.model.diagnostic import Diagnostic, Location
from reconciler.model.kinds.dependencies import DEACTIVATION_BREAKS
from reconciler.model.kinds.lifecycle import FOUNDATION_DISABLED
from reconciler.model.manifest import Catalog, ManifestContent
from reconciler.rules.relations import Installation, dependents


class Deactivation(Struct, frozen=True):
    """An extension that is, or was, enabled at a site and is not to be any more."""

    site: Site
    extension: str
    version: str
    location: Location
    """The entry that disables it, or the file that was deleted."""


def opted_out(state: DesiredState) -> Iterator[Deactivation]:
    """Yield what sites opt out of although a profile brings it in."""
    for out in state.opt_outs.values():
        place = out.document.locate(("enabled",))
        yield Deactivation(out.site, out.extension, out.version, place)


def check_deactivation(
    gone: Deactivation, state: DesiredState, installation: Installation
) -> Iterator[Diagnostic]:
    """Yield why an extension should not be deactivated: its own manifest, and who needs it."""
    manifest = _manifest(state.catalog, gone.extension, gone.version)
    if manifest is not None and not manifest.activation_policy.can_be_disabled:
        yield FOUNDATION_DISABLED.at(
            gone.location,
            site=gone.site.slug,
            extension=gone.extension,
            subject=gone.extension,
            version=gone.version,
        )
    found = installation.sites.get(gone.site.id)
    if found is None:
        return
    lacking = sorted({name for name, _ in dependents(found, gone.extension, gone.version)})
    if lacking:
        number = "1 extension" if len(lacking) == 1 else f"{len(lacking)} extensions"
        yield DEACTIVATION_BREAKS.at(
            gone.location,
            site=gone.site.slug,
            extension=gone.extension,
            subject=gone.extension,
            number=number,
            dependents=", ".join(lacking),
        )


def _manifest(catalog: Catalog, extension: str, version: str) -> ManifestContent | None:
    """Return the manifest of a version, or of the newest where the catalog no longer has it."""
    known = catalog.manifest(extension, version)
    if known is None and (versions := catalog.versions(extension)):
        known = catalog.manifest(extension, versions[-1])
    return known.content if known else None
