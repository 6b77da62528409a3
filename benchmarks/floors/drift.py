"""The floor of looking for drift: digests rolled up by site on the server, in one query.

``DATABASE_URL=… python -m benchmarks.floors.drift`` prints at how many sites live and
last-applied state differ.
"""

from __future__ import annotations

import os
import sys

import psycopg

# Every configuration was written once or more; only its newest version counts. Both sides are
# read once from end to end.
DIFFERENT_SITES = b"""
WITH live AS (
    SELECT site_id, md5(string_agg(content_digest || config_hash, '' ORDER BY extension_id)) AS roll
    FROM site_extension_configs
    GROUP BY site_id
), newest AS (
    SELECT DISTINCT ON (site_id, extension_id)
           site_id, extension_id, content_digest, config_hash
    FROM site_extension_config_versions
    ORDER BY site_id, extension_id, config_version DESC
), applied AS (
    SELECT site_id, md5(string_agg(content_digest || config_hash, '' ORDER BY extension_id)) AS roll
    FROM newest
    WHERE content_digest IS NOT NULL
    GROUP BY site_id
)
SELECT count(*) FROM live FULL JOIN applied USING (site_id)
WHERE live.roll IS DISTINCT FROM applied.roll
"""


def different_sites(database: str) -> int:
    """Return at how many sites somebody changed something."""
    with psycopg.connect(database) as connection:
        row = connection.execute(DIFFERENT_SITES).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    """Print the number; see above."""
    number = different_sites(os.environ["DATABASE_URL"])
    sys.stdout.write(f"{number} sites differ\n")


if __name__ == "__main__":
    main()
