"""Sites that no folder describes: told of where something is live there."""

from __future__ import annotations

from reconciler.database.connection import Connection
from reconciler.database.state import unmanaged_sites
from tests.support.installation import BREMEN, CORK, DAYTON


def test_only_sites_with_configurations_are_unmanaged(connection: Connection) -> None:
    connection.execute("DELETE FROM site_extension_configs WHERE site_id = %s", [CORK])
    found = unmanaged_sites(connection, [BREMEN])
    assert [(site.site_id, site.configurations, site.formerly_managed) for site in found] == [
        (DAYTON, 1, True)
    ]
