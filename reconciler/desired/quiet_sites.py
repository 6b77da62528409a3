"""Sites whose extensions get on with each other, told where a site is read: no other is needed.

They are nearly all. Whoever puts the sites together need not look at them again.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.desired.common_files import CommonFiles
from reconciler.model.desired import Site
from reconciler.model.enabled import Enabled
from reconciler.model.manifest import Catalog
from reconciler.planning.derived import quiet_digest
from reconciler.rules.compliance import Requirements
from reconciler.rules.network import Surroundings, network_of
from reconciler.rules.problems import is_quiet, relations_at


@dataclass(frozen=True, slots=True)
class QuietSites:
    """Tells them, by what all sites share."""

    surroundings: Surroundings
    requirements: Requirements

    def digest(self, site: Site, enabled: Enabled) -> str | None:
        """Return the digest of a site's derived records; None where something is to be said."""
        found = relations_at(network_of(self.surroundings, site, dict(enabled.with_versions())))
        if not is_quiet(found):
            return None
        return quiet_digest(enabled, self.requirements.signatures, found.resolutions)


def quiet_sites(common: CommonFiles, catalog: Catalog) -> QuietSites | None:
    """Return who tells; nobody can without the settings."""
    if common.project is None:
        return None
    project, _ = common.project
    return QuietSites(
        Surroundings.of(catalog, project, common.broken_manifests),
        Requirements(catalog, project.compliance),
    )
