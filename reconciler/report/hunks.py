"""A part of a plan as one diff: what is not the reader's takes one block, not one an entry."""

from __future__ import annotations

from textwrap import wrap

from reconciler.report import view
from reconciler.report.difference_text import diff_lines, secrets_note, source_text
from reconciler.report.drift_text import drift_text, row_times
from reconciler.report.folding import Folded
from reconciler.report.sections import Part

_WIDTH = 90


def hunks(part: Part, most_sites: int) -> list[str]:
    """Return the entries of a part as lines of one diff: a header each, its values below it.

    ``most_sites`` is how many sites of an entry are named.
    """
    return [line for entry in part.entries for line in _hunk(entry, most_sites)]


def _hunk(entry: Folded, most_sites: int) -> list[str]:
    note = drift_text(entry) or view.signature_text(entry.first)
    source = source_text(entry)
    below = [f"from {source}"] if source else []
    return [
        f"@@ {view.title(entry)} @@",
        *_indented(_wrapped(note)),
        *_indented(_sites(entry, most_sites)),
        *diff_lines(entry),
        *_indented([*below, *filter(None, [secrets_note(entry)])]),
    ]


def _sites(entry: Folded, most: int) -> list[str]:
    """Return the sites of an entry: a line each with its time, or several on a line."""
    if len(entry.sites) == 1:
        return []
    rows = row_times(entry)
    if not rows:
        return _wrapped(f"at {view.sites_text(entry, most)}")
    left = len(rows) - most
    return [*rows[:most], f"and {left} more"] if left > 0 else rows


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
