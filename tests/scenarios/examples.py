"""A scenario as the documentation shows it: the finding, the lines it is about, what mends it."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.diagnostic import Diagnostic
from reconciler.report.escaping import printable
from tests.scenarios.scenario import Scenario

FOLDER = "desired-state"
CONTEXT = 3
"""How many lines are shown on either side of the line that a finding is about."""
LONGEST_LINE = 92


@dataclass(frozen=True, slots=True)
class Edit:
    """One file that mending touches: what is done to it, and the lines of it that show it."""

    done: str
    path: str
    other: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """What the documentation shows of one kind: its first finding in the scenario's folder."""

    finding: Diagnostic
    excerpt: tuple[str, ...]
    edits: tuple[Edit, ...]
    told: tuple[str, str] | None


def example_of(scenario: Scenario) -> Example:
    """Return a scenario's example; the folders it needs are made and removed."""
    with tempfile.TemporaryDirectory() as parent:
        failing = scenario.failing(Path(parent) / "failing" / FOLDER)
        finding = next(found for found in failing.findings() if found.code == scenario.code)
        if scenario.told:
            return Example(finding, (), (), scenario.told)
        mended = scenario.mended(Path(parent) / "mended" / FOLDER)
        before, after = _files(failing.path), _files(mended.path)
    return Example(finding, tuple(_excerpt(finding, before)), tuple(_edits(before, after)), None)


def _files(folder: Path) -> dict[str, list[str]]:
    """Return the lines of each file by its path as findings show it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        f"{FOLDER}/{path.relative_to(folder).as_posix()}": _lines(path.read_text(encoding="utf-8"))
        for path in paths
    }


def _lines(text: str) -> list[str]:
    """Return the lines of a text, without the empty one behind the last line break."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _excerpt(finding: Diagnostic, files: dict[str, list[str]]) -> Iterator[str]:
    """Yield the lines around a finding, numbered, with a caret below the place."""
    place = finding.location
    if place.path not in files:
        return
    lines = files[place.path]
    first = max(0, place.line - 1 - CONTEXT)
    last = min(len(lines), place.line + CONTEXT)
    width = len(str(last))
    for number, line in enumerate(lines[first:last], first + 1):
        shown, column = _window(line, place.column if number == place.line else 1)
        yield f"{number:{width}} | {shown}".rstrip()
        if number == place.line:
            yield f"{'':{width}} | {'':{column - 1}}^"


def _window(line: str, column: int) -> tuple[str, int]:
    """Return as much of a line as fits, with ``column`` in it, and where that now is."""
    start = max(0, column - LONGEST_LINE + 8) if len(line) > LONGEST_LINE else 0
    shown = line[start : start + LONGEST_LINE]
    ahead = "…" if start else ""
    behind = "…" if start + LONGEST_LINE < len(line) else ""
    return printable(f"{ahead}{shown}{behind}"), column - start + len(ahead)


def _edits(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[Edit]:
    gone = [path for path in before if path not in after]
    for path, lines in after.items():
        origin = next((old for old in gone if before[old] == lines), None)
        if path in before and before[path] != lines:
            yield Edit("changed", path, lines=tuple(_difference(before[path], lines)))
        elif path not in before and origin:
            gone.remove(origin)
            yield Edit("moved", origin, other=path)
        elif path not in before:
            yield Edit("added", path, lines=tuple(_difference([], lines)))
    yield from (Edit("removed", path) for path in gone)


def _difference(old: list[str], new: list[str]) -> Iterator[str]:
    """Yield a unified difference without its headers; a line of dots stands between its parts."""
    difference = difflib.unified_diff(old, new, lineterm="", n=2)
    for number, line in enumerate(difference):
        if line.startswith("@@"):
            if number > 2:
                yield " …"
        elif number > 2:
            yield _window(line, 1)[0]
