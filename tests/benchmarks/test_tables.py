"""What the tables say of the measured times."""

from __future__ import annotations

import json

from benchmarks.ground import FLOOR, PRODUCT, RIVAL
from benchmarks.measuring import Measured, Series
from benchmarks.tables import as_json, as_markdown, as_text

MIB = 1024 * 1024


def series(subject: str, kind: str, *walls: float, remark: str = "") -> Series:
    runs = [Measured(wall, wall / 2, 0.0, 64 * MIB, 0, "") for wall in walls]
    return Series("cold plan", subject, kind, 5000, remark, runs=runs)


PROGRAM = series("reconciler plan", PRODUCT, 4.0, 2.0, 9.0)


def test_a_row_has_median_and_extremes_of_the_runs() -> None:
    row = as_text([PROGRAM]).splitlines()[1]
    assert row.split() == [
        *("5,000", "cold", "plan", "reconciler", "plan", "3"),
        *("4.0", "s", "2.0", "s–9.0", "s", "2.0", "s", "64", "MiB"),
    ]


def test_the_program_is_compared_with_its_floor_and_others_with_the_program() -> None:
    table = as_text([PROGRAM, series("floor", FLOOR, 0.5), series("script", RIVAL, 40.0)])
    assert "program 8.0 × this" in table.splitlines()[2]
    assert "this 10.0 × program" in table.splitlines()[3]


def test_what_was_not_run_is_told_with_the_reason() -> None:
    missing = series("octodns-sync", RIVAL, remark="octodns is not installed")
    row = (
        "| 5,000 | cold plan | octodns-sync | 0 | not run |  |  |  |  | octodns is not installed |"
    )
    assert row in as_markdown([PROGRAM, missing])


def test_what_failed_is_told_as_failed() -> None:
    broken = series("octodns-sync", RIVAL, remark="FAILED in run 1")
    broken.failed = True
    assert "| 0 | failed |" in as_markdown([PROGRAM, broken])


def test_json_has_every_single_run() -> None:
    written = json.loads(as_json([PROGRAM], {"Python": "3.11.2"}))
    assert [run["wall"] for run in written["results"][0]["runs"]] == [4.0, 2.0, 9.0]
    assert written["machine"] == {"Python": "3.11.2"}
