"""The floor of a plan without any cache: every file read, checked and hashed, then compared.

``python -m benchmarks.floors.cold_plan REF LOADER`` prints how many configurations differ from
the hashes in the database of ``DATABASE_URL``, or without one how many there are.
"""

from __future__ import annotations

import os
import sys

from benchmarks.floors.desired import Key, hashes, loader_of


def recorded(database: str) -> dict[Key, str]:
    """Return the hash of each live configuration, from one COPY."""
    import psycopg

    statement = "COPY (SELECT site_id, extension_id, config_hash FROM site_extension_configs) "
    found: dict[Key, str] = {}
    with (
        psycopg.connect(database) as connection,
        connection.cursor().copy(statement + "TO STDOUT") as copy,  # type: ignore[arg-type]
    ):
        text = b"".join(copy).decode()
    for line in text.splitlines():
        site, extension, config_hash = line.split("\t")
        found[site, extension] = config_hash
    return found


def main(ref: str, loader: str) -> None:
    """Print the number; see above."""
    database = os.environ.get("DATABASE_URL")
    desired = hashes(ref, loader_of(loader))
    if not database:
        sys.stdout.write(f"{len(desired)} valid\n")
        return
    live = recorded(database)
    changed = sum(live.get(key) != wanted for key, wanted in desired.items())
    sys.stdout.write(f"{changed} to reconfigure, {len(live.keys() - desired.keys())} to end\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
