"""Explaining a site: what its extensions need, what they clash with, and what would help."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.errors import InvalidDesiredStateError, UsageError
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.rules.explanation import Explained, explained_site
from reconciler.rules.suggestion import did_you_mean


class Explanation(Struct, frozen=True):
    """What is known of a site, or of one extension there, with the findings about it."""

    site: str
    mes_version: str
    api_version: str
    extensions: tuple[Explained, ...]
    findings: tuple[Diagnostic, ...]


def explain(source: Source, site: str, extension: str | None) -> Explanation:
    """Return the explanation of a site or of one extension there. Opens no database connection.

    Raises:
        UsageError: there is no such site, or the catalog has no such extension.
        InvalidDesiredStateError: too little could be read to explain anything.
    """
    checked = check_desired_state(source)
    state, installation = checked.state, checked.installation
    if state is None or installation is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    if site not in state.sites:
        raise UsageError(
            f"there is no site {site!r}", did_you_mean(site, state.sites, "Add it to sites/.")
        )
    known = state.sites[site]
    if known.id not in installation.sites:
        raise InvalidDesiredStateError(checked.diagnostics)
    enabled = installation.sites[known.id].network.versions
    if extension is not None and extension not in {*enabled, *state.catalog.manifests}:
        names = {*enabled, *state.catalog.manifests}
        raise UsageError(
            f"neither {site} nor the catalog has extension {extension!r}",
            did_you_mean(extension, names, "Add its manifest to catalog/extensions/."),
        )
    return Explanation(
        site=site,
        mes_version=known.mes_version,
        api_version=known.api_version,
        extensions=tuple(explained_site(state, installation, known, extension)),
        findings=tuple(
            found
            for found in checked.diagnostics
            if found.site == site and extension in (None, found.extension)
        ),
    )
