"""The floor of a plan where nearly everything is known from before.

``DATABASE_URL=… python -m benchmarks.floors.warm_plan BASE REF``: the files that git says differ
are parsed and hashed, and compared with their rows; that all other rows are as they were is
known from digests rolled up by site on the server.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg
import yaml

from benchmarks.floors.desired import config_hash, with_profiles
from benchmarks.floors.drift import DIFFERENT_SITES
from benchmarks.floors.git_files import git

_HASH = b"""
SELECT config_hash FROM site_extension_configs WHERE site_id = %s AND extension_id = %s
"""


def main(base: str, ref: str) -> None:
    """Print how many configurations differ; see above."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        moved = connection.execute(DIFFERENT_SITES).fetchone()
        changed = 0
        for path in git("diff", "--name-only", base, ref).decode().split():
            site, extension, wanted = _wanted(ref, path)
            row = connection.execute(_HASH, [site, extension]).fetchone()
            changed += row is None or row[0] != wanted
    sys.stdout.write(f"{changed} to reconfigure, {moved and moved[0]} sites differ\n")


def _wanted(ref: str, path: str) -> tuple[str, str, str]:
    folder, slug, _, name = path.rsplit("/", 3)
    extension = name.removesuffix(".yaml")
    site = _read(f"{ref}:{folder}/{slug}/site.yaml")
    profiles = {
        profile: _read(f"{ref}:desired-state/profiles/{profile}.yaml")["extensions"]
        for profile in site.get("profiles", ())
    }
    document = _read(f"{ref}:{path}")
    content = with_profiles(site, extension, document["configuration"], profiles)
    version = document["version"]
    return site["id"], extension, config_hash(site["id"], extension, version, content)


def _read(name: str) -> Any:
    return yaml.load(git("cat-file", "blob", name), Loader=yaml.CSafeLoader)


if __name__ == "__main__":
    main(*sys.argv[1:])
