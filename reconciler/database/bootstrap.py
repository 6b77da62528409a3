"""The rows of MachShop's own tables that an installation needs, where they are absent."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.desired import Site
from reconciler.model.files import UserEntry


class Bootstrapped(Struct, frozen=True):
    """How many rows were added."""

    sites: int
    users: int


def add_sites_and_users(
    connection: Connection, sites: Sequence[Site], users: Sequence[UserEntry]
) -> Bootstrapped:
    """Add the sites and users that are absent, in one transaction; never alter one. Commits."""
    with connection.transaction():
        added_sites = connection.execute(
            query("bootstrap/sites"),
            {"ids": [site.id for site in sites], "names": [site.name for site in sites]},
        )
        added_users = connection.execute(
            query("bootstrap/users"),
            {
                "ids": [user.id for user in users],
                "usernames": [user.username for user in users],
                "emails": [user.email for user in users],
            },
        )
        return Bootstrapped(sites=added_sites.rowcount, users=added_users.rowcount)
