"""The "did you mean" of every finding about a name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

MOST_NAMES_LISTED = 12


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return advice that names what ``name`` was probably meant to be.

    Args:
        name: what was written.
        known: what could have been written.
        otherwise: the advice where nothing is known.
    """
    names = _sorted(frozenset(known))
    if close := get_close_matches(name, names, n=1, cutoff=0.6):
        return f"Did you mean {close[0]!r}?"
    if not names:
        return otherwise
    return f"Known: {listed(names)}."


@lru_cache(maxsize=256)
def _sorted(names: frozenset[str]) -> list[str]:
    return sorted(names)


def listed(names: Iterable[str]) -> str:
    """Return names as a list for a sentence, cut where it would grow too long."""
    everything = list(names)
    shown = ", ".join(everything[:MOST_NAMES_LISTED])
    left = len(everything) - MOST_NAMES_LISTED
    return f"{shown} and {left} more" if left > 0 else shown or "none"
