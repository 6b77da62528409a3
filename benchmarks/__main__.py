"""``python -m benchmarks``: measure everything, and print the tables."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import facts_of
from benchmarks.plan_tasks import LOADERS
from benchmarks.rounds import Options, measure_sizes, measure_start
from benchmarks.tables import as_json, as_markdown, as_text
from benchmarks.tasks import TASKS
from tests.support.servers import server

_SIZES = [5_000, 50_000]


def main(arguments: list[str]) -> int:
    """Measure what the arguments ask for and return the exit code."""
    asked = _parser().parse_args(arguments)
    options = Options(
        asked.only,
        asked.runs,
        asked.rival_runs,
        asked.rival_most,
        tuple(asked.loaders.split(",")),
    )
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-", dir=asked.folder) as folder:
        place = Path(folder)
        results = measure_start(place, options)
        with server() as url:
            facts = facts_of(url)
            results += measure_sizes(asked.sizes, asked.extensions, place, url, options)
    sys.stdout.writelines(f"{name}: {value}\n" for name, value in facts.items())
    sys.stdout.write(f"\n{as_text(results)}\n{as_markdown(results)}")
    if asked.out:
        asked.out.write_text(as_json(results, facts), encoding="utf-8")
    return 1 if any(each.failed for each in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=_SIZES, help="how many configurations"
    )
    parser.add_argument("--extensions", type=int, default=50, help="of them at each site")
    parser.add_argument("--runs", type=int, default=3, help="of the program and of each floor")
    parser.add_argument("--rival-runs", type=int, default=1, help="of what others use")
    parser.add_argument(
        "--rival-most",
        type=int,
        default=50_000,
        help="beyond so many configurations what others use is extrapolated, and said to be",
    )
    parser.add_argument(
        "--loaders", default="pyyaml,yaml-rs", help=f"of the floors: {', '.join(LOADERS)}"
    )
    parser.add_argument(
        "--only",
        type=_tasks,
        default=tuple(TASKS),
        metavar="TASKS",
        help=f"some of {','.join(TASKS)}",
    )
    parser.add_argument("--out", type=Path, help="where to write every single run as JSON")
    parser.add_argument("--folder", type=Path, help="where there is room, for the repositories")
    return parser


def _tasks(given: str) -> tuple[str, ...]:
    names = tuple(given.split(","))
    if unknown := sorted(set(names) - TASKS.keys()):
        raise argparse.ArgumentTypeError(f"there is no task {unknown[0]!r}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
