"""The script that somebody writes in an afternoon.

``DATABASE_URL=… python -m benchmarks.rivals.usual_script plan|apply REF [LAST_SITE]``:
``yaml.safe_load``, ``jsonschema``, and a SELECT a row; ``apply`` has an UPSERT for each that
differs, and one commit, in the schema ``plain``: no history, no audit log, no snapshot. It is
spared what scripts do worse: files come from git at once, and schemas are compiled once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import psycopg
import yaml

from benchmarks.floors.desired import profiles_of, schemas, with_profiles
from benchmarks.floors.git_files import SITES, git_files

_EXTENSION_FILE_DEPTH = 5
_SELECT = """
SELECT version, configuration FROM site_extension_configs
WHERE site_id = %s AND extension_id = %s
"""
_UPSERT = """
INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, config_hash)
VALUES (%s, %s, %s, %s, '')
ON CONFLICT (site_id, extension_id) DO UPDATE
SET version = excluded.version, configuration = excluded.configuration, updated_at = now()
"""
Row = tuple[str, str, str, Any]


def main(command: str, ref: str, last_site: str = "") -> None:
    """Print how many configurations differ, and write them if told to; see above."""
    desired = list(_configurations(dict(git_files(ref, last_site))))
    differing = 0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        if command == "apply":
            connection.execute("SET search_path = plain, public")
        for site, extension, version, configuration in desired:
            row = connection.execute(_SELECT, [site, extension]).fetchone()
            if row == (version, configuration):
                continue
            differing += 1
            if command == "apply":
                values = [site, extension, version, json.dumps(configuration)]
                connection.execute(_UPSERT, values)
    sys.stdout.write(f"{len(desired)} checked, {differing} to reconfigure\n")


def _configurations(files: dict[str, bytes]) -> Iterator[Row]:
    checks = {
        key: jsonschema.Draft7Validator(schema)
        for key, schema in schemas(files, yaml.safe_load).items()
    }
    profiles = profiles_of(files, yaml.safe_load)
    sites = {
        path.split("/")[2]: yaml.safe_load(data)
        for path, data in files.items()
        if path.startswith(SITES) and path.endswith("/site.yaml")
    }
    for path, data in files.items():
        parts = path.split("/")
        if not path.startswith(SITES) or len(parts) != _EXTENSION_FILE_DEPTH:
            continue
        site, extension = sites[parts[2]], parts[4].removesuffix(".yaml")
        document = yaml.safe_load(data)
        configuration = with_profiles(site, extension, document["configuration"], profiles)
        checks[extension, document["version"]].validate(configuration)
        yield site["id"], extension, document["version"], configuration


if __name__ == "__main__":
    main(*sys.argv[1:])
