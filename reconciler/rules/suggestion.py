"""The "did you mean" of every finding about a name, in a time that no list of names drives up."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

MOST_NAMES_LISTED = 12
_MOST_COMPARED = 100
_NEIGHBOURS = 10
_LONGEST_COMPARED = 64


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return advice that names what ``name`` was probably meant to be.

    Args:
        name: what was written.
        known: what could have been written.
        otherwise: the advice where nothing is known.
    """
    names = _sorted(frozenset(known))
    if close := get_close_matches(name, _comparable(name, names), n=1, cutoff=0.6):
        return f"Did you mean {close[0]!r}?"
    if not names:
        return otherwise
    return f"Known: {listed(names)}."


def _comparable(name: str, names: list[str]) -> list[str]:
    """Return the names that are worth a comparison: of very many, those beside it in order."""
    if len(name) > _LONGEST_COMPARED:
        return []
    if len(names) > _MOST_COMPARED:
        at = bisect(names, name)
        names = names[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
    return [known for known in names if len(known) <= _LONGEST_COMPARED]


@lru_cache(maxsize=256)
def _sorted(names: frozenset[str]) -> list[str]:
    return sorted(names)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_COMPARED else name[: _LONGEST_COMPARED - 1] + "…"


def listed(names: Iterable[str]) -> str:
    """Return names as a list for a sentence, cut where it would grow too long."""
    everything = list(names)
    shown = ", ".join(map(_cut, everything[:MOST_NAMES_LISTED]))
    left = len(everything) - MOST_NAMES_LISTED
    return f"{shown} and {left} more" if left > 0 else shown or "none"
