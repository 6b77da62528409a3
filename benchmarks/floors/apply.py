"""The floor of an apply: what differs written by one COPY and one statement a table.

``DATABASE_URL=… python -m benchmarks.floors.apply REF LOADER``: into tables of the same columns
and indexes in the schema ``plain``, that have no triggers, checks, foreign keys or row security.
No chain, no second look. Prints how many configurations it wrote.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import psycopg

from benchmarks.floors.desired import Configuration, configurations, loader_of
from benchmarks.floors.git_files import git
from benchmarks.floors.recorded import recorded

_STAGE = b"""
CREATE TEMPORARY TABLE staged (
    site_id uuid, extension_id text, version text, configuration jsonb, config_hash text
) ON COMMIT DROP
"""
_COPY = b"COPY staged FROM STDIN"
_CONFIGURATIONS = b"""
INSERT INTO plain.site_extension_configs
    (site_id, extension_id, version, configuration, config_hash)
SELECT site_id, extension_id, version, configuration, config_hash FROM staged
ON CONFLICT (site_id, extension_id) DO UPDATE
SET version = excluded.version, configuration = excluded.configuration,
    config_hash = excluded.config_hash, updated_at = transaction_timestamp()
"""
_VERSIONS = b"""
INSERT INTO plain.site_extension_config_versions
    (site_id, extension_id, config_version, version, configuration, config_hash, commit_id, run_id)
SELECT staged.site_id, staged.extension_id, 1 + coalesce(before.newest, 0), staged.version,
       staged.configuration, staged.config_hash, %(commit)s, %(run)s
FROM staged LEFT JOIN (
    SELECT site_id, extension_id, max(config_version) AS newest
    FROM plain.site_extension_config_versions GROUP BY site_id, extension_id
) AS before USING (site_id, extension_id)
"""
_AUDIT = b"""
INSERT INTO plain.configuration_audit_log
    (site_id, extension_id, action, new_config_hash, reason, details)
SELECT site_id, extension_id, 'reconfigured', config_hash, 'Measured',
       jsonb_build_object('commit', %(commit)s::text, 'origin', 'pending', 'runId', %(run)s::text)
FROM staged
"""
_SNAPSHOTS = b"""
INSERT INTO plain.configuration_snapshots (site_id, configurations, signoffs, reason, run_id)
SELECT site_id, jsonb_agg(to_jsonb(live) - 'id' ORDER BY extension_id), '[]', 'Measured', %(run)s
FROM plain.site_extension_configs AS live
WHERE site_id IN (SELECT site_id FROM staged)
GROUP BY site_id
"""
_RUN = "00000000-0000-4000-8000-000000000001"


def main(ref: str, loader: str) -> None:
    """Write what differs and print how many that were; see above."""
    database = os.environ["DATABASE_URL"]
    desired = list(configurations(ref, loader_of(loader)))
    live = recorded(database, b"plain.site_extension_configs")
    changed = [each for each in desired if live.get((each.site, each.extension)) != each.hash]
    _write(database, changed, git("rev-parse", ref).decode().strip())
    sys.stdout.write(f"{len(changed)} written\n")


def _write(database: str, changed: Sequence[Configuration], commit: str) -> None:
    facts = {"commit": commit, "run": _RUN}
    with psycopg.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for each in changed:
                copy.write_row(each._replace(content=json.dumps(each.content)))
        cursor.execute(_CONFIGURATIONS)
        for statement in (_VERSIONS, _AUDIT, _SNAPSHOTS):
            cursor.execute(statement, facts)


if __name__ == "__main__":
    main(*sys.argv[1:])
