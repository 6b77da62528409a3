"""Results as tables to read: plain and in Markdown, with the same rows; and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.ground import FLOOR, PRODUCT
from benchmarks.measuring import Series

HEADINGS = ("size", "task", "subject", "runs", "median", "min–max", "CPU", "memory", "ratio", "")
_MIB = 1024 * 1024
_MILLISECONDS_BELOW = 1.0
_TENTHS_BELOW = 100.0


def rows(results: Iterable[Series]) -> list[list[str]]:
    """Return one row of cells a series, with its ratio to the program's own time."""
    listed = list(results)
    return [_row(series, _program(series, listed)) for series in listed]


def as_text(results: Iterable[Series]) -> str:
    """Return an aligned table for a terminal."""
    table = [list(HEADINGS), *rows(results)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return "\n".join(lines) + "\n"


def as_markdown(results: Iterable[Series]) -> str:
    """Return the same table in Markdown."""
    listed = [list(HEADINGS), ["---"] * len(HEADINGS), *rows(results)]
    return "".join(f"| {' | '.join(row)} |\n" for row in listed)


def as_json(results: Iterable[Series], facts: Mapping[str, str]) -> str:
    """Return every single run, and the facts about the machine."""
    return json.dumps(
        {"machine": dict(facts), "results": [_entry(each) for each in results]}, indent=2
    )


def _entry(series: Series) -> dict[str, Any]:
    runs = [
        {"wall": run.wall, "user": run.user, "system": run.system, "memory": run.memory}
        for run in series.runs
    ]
    return {
        "size": series.size,
        "task": series.task,
        "subject": series.subject,
        "kind": series.kind,
        "remark": series.remark,
        "runs": runs,
    }


def _program(series: Series, listed: Sequence[Series]) -> Series | None:
    """Return the program's series at the same task and size, unless this is it."""
    for other in listed:
        same = (other.task, other.size) == (series.task, series.size)
        if same and other.kind == PRODUCT and other.runs and other is not series:
            return other
    return None


def _row(series: Series, program: Series | None) -> list[str]:
    size = f"{series.size:,}" if series.size else ""
    head = [size, series.task, series.subject]
    if not series.runs:
        return [*head, "0", "failed" if series.failed else "not run", *[""] * 4, series.remark]
    return [
        *head,
        str(len(series.runs)),
        _seconds(series.wall),
        f"{_seconds(min(series.walls))}–{_seconds(max(series.walls))}",
        _seconds(series.cpu),
        f"{series.memory / _MIB:,.0f} MiB",
        _ratio(series, program),
        series.remark,
    ]


def _ratio(series: Series, program: Series | None) -> str:
    """Return how far the program is from its floor, or others from the program."""
    if program is None:
        return ""
    if series.kind == FLOOR:
        return f"program {program.wall / series.wall:.1f} × this"
    return f"this {series.wall / program.wall:.1f} × program"


def _seconds(seconds: float) -> str:
    if seconds < _MILLISECONDS_BELOW:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < _TENTHS_BELOW else f"{seconds:,.0f} s"
