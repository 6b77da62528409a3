"""The floor of a plan without any cache: every file read, checked and hashed, then compared.

``python -m benchmarks.floors.cold_plan REF LOADER`` prints how many configurations differ from
the hashes in the database of ``DATABASE_URL``, or without one how many there are.
"""

from __future__ import annotations

import os
import sys

from benchmarks.floors.desired import configurations, loader_of
from benchmarks.floors.recorded import recorded


def main(ref: str, loader: str) -> None:
    """Print the number; see above."""
    database = os.environ.get("DATABASE_URL")
    desired = {
        (each.site, each.extension): each.hash for each in configurations(ref, loader_of(loader))
    }
    if not database:
        sys.stdout.write(f"{len(desired)} valid\n")
        return
    live = recorded(database)
    changed = sum(live.get(key) != wanted for key, wanted in desired.items())
    sys.stdout.write(f"{changed} to reconfigure, {len(live.keys() - desired.keys())} to end\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
