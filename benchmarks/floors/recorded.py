"""The hashes that the database has, read at once."""

from __future__ import annotations

import psycopg

_HASHES = b"COPY (SELECT site_id, extension_id, config_hash FROM %b) TO STDOUT"


def recorded(database: str, table: bytes = b"site_extension_configs") -> dict[tuple[str, str], str]:
    """Return the hash of each live configuration by site and extension, from one COPY."""
    with (
        psycopg.connect(database) as connection,
        connection.cursor().copy(_HASHES % table) as copy,
    ):
        lines = b"".join(copy).decode().splitlines()
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        site, extension, config_hash = line.split("\t")
        found[site, extension] = config_hash
    return found
