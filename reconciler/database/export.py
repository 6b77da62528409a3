"""Reading what an export writes down: one statement a question. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.desired import ConfigurationKey


class StoredConfiguration(Struct, frozen=True):
    """A live row; ``text`` is its configuration as PostgreSQL prints it."""

    key: ConfigurationKey
    version: str
    text: str


class StoredSignoff(Struct, frozen=True):
    """A recorded signature; what MachShop's own programs wrote may be more than files hold."""

    key: ConfigurationKey
    aspect: str
    user_id: UUID
    username: str
    role: str
    meaning: str | None
    signed_at: datetime
    config_hash: str
    notes: str | None


class StoredUser(Struct, frozen=True):
    """A row of MachShop's users."""

    id: UUID
    username: str
    email: str | None


def sites_with_configurations(connection: Connection) -> dict[UUID, str]:
    """Return the names of the sites where something is live."""
    return dict(connection.execute(query("export/sites")).fetchall())


def stored_configurations(
    connection: Connection, sites: Collection[UUID]
) -> list[StoredConfiguration]:
    """Return what is live at ``sites``, by site and extension."""
    rows = connection.execute(query("export/configurations"), {"sites": list(sites)})
    return [
        StoredConfiguration(ConfigurationKey(site_id, extension), version, text)
        for site_id, extension, version, text in rows
    ]


def stored_signoffs(
    connection: Connection, hashes: Mapping[ConfigurationKey, str]
) -> list[StoredSignoff]:
    """Return the signatures under the configurations that have these hashes, oldest first."""
    rows = connection.execute(
        query("export/signoffs"),
        {
            "sites": [key.site_id for key in hashes],
            "extensions": [key.extension_id for key in hashes],
            "hashes": list(hashes.values()),
        },
    )
    return [
        StoredSignoff(ConfigurationKey(site_id, extension), *facts)
        for site_id, extension, *facts in rows
    ]


def stored_users(
    connection: Connection, sites: Collection[UUID], usernames: Collection[str]
) -> list[StoredUser]:
    """Return who changed or signed anything at ``sites``, and who is named; by username."""
    asked = {"sites": list(sites), "usernames": list(usernames)}
    return [StoredUser(*row) for row in connection.execute(query("export/users"), asked)]
