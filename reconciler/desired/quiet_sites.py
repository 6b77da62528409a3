"""Sites whose extensions get on with each other, told where a site is read: no other is needed.

They are nearly all. Whoever puts the sites together need not look at them again.
"""

from __future__ import annotations

from reconciler.desired.common_files import CommonFiles
from reconciler.model.desired import Site
from reconciler.model.enabled import Enabled
from reconciler.planning.derived import QuietDigests
from reconciler.rules.compliance import Requirements
from reconciler.rules.neighbourhoods import Neighbourhoods
from reconciler.rules.network import Surroundings


class QuietSites:
    """Tells them, by what all sites share.

    Args:
        surroundings: what is the same at every site.
        requirements: which signatures are asked for.
    """

    def __init__(self, surroundings: Surroundings, requirements: Requirements) -> None:
        self._neighbourhoods = Neighbourhoods(surroundings)
        self._digests = QuietDigests(requirements.signatures)

    def digest(self, site: Site, enabled: Enabled) -> str | None:
        """Return the digest of a site's derived records; None where something is to be said."""
        found = self._neighbourhoods.at(site, dict(enabled.with_versions()))
        return None if found is None else self._digests.of(enabled, found)


def quiet_sites(common: CommonFiles) -> QuietSites | None:
    """Return who tells; nobody can without the settings."""
    if common.project is None:
        return None
    project, _ = common.project
    catalog = common.catalog
    return QuietSites(
        Surroundings.of(catalog, project, common.broken_manifests),
        Requirements(catalog, project.compliance),
    )
