"""The floor of a plan where nearly everything is known from before.

``DATABASE_URL=… python -m benchmarks.floors.warm_plan BASE REF``: the files that git says differ are
parsed and hashed, and compared with their rows; that all other rows are as they were is known
from digests rolled up by site on the server.
"""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import yaml

from benchmarks.floors.desired import config_hash, merged
from benchmarks.floors.drift import DIFFERENT_SITES

_CHANGED_SITE = (
    b"SELECT config_hash FROM site_extension_configs WHERE site_id = %s AND extension_id = %s"
)


def main(base: str, ref: str) -> None:
    """Print how many configurations differ; see above."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        moved = connection.execute(DIFFERENT_SITES).fetchone()
        changed = 0
        for path in _git("diff", "--name-only", base, ref).decode().split():
            site, extension, wanted = _wanted(ref, path)
            row = connection.execute(_CHANGED_SITE, [site, extension]).fetchone()
            changed += row is None or row[0] != wanted
    sys.stdout.write(f"{changed} to reconfigure, {moved and moved[0]} sites differ\n")


def _wanted(ref: str, path: str) -> tuple[str, str, str]:
    folder, slug, _, name = path.rsplit("/", 3)
    extension = name.removesuffix(".yaml")
    site = _read(f"{ref}:{folder}/{slug}/site.yaml")
    document = _read(f"{ref}:{path}")
    configuration = document["configuration"]
    for profile in site.get("profiles", ()):
        layers = _read(f"{ref}:desired-state/profiles/{profile}.yaml")["extensions"]
        configuration = merged(layers.get(extension, {}).get("configuration"), configuration)
    version = document["version"]
    return site["id"], extension, config_hash(site["id"], extension, version, configuration)


def _read(name: str) -> dict[str, dict[str, dict[str, object]]]:
    return yaml.load(_git("cat-file", "blob", name), Loader=yaml.CSafeLoader)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
