"""Field differences as lines of a diff: old and new value of each, and which file says so."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.change import SENSITIVE, Action, Change, FieldDifference, Operation
from reconciler.report.escaping import cut, shown_value
from reconciler.report.folding import Folded

_NO_FILE = "no file says it any more"
_LONGEST_IN_BRIEF = 60


def diff_lines(entry: Folded) -> list[str]:
    """Return the differences as lines of a diff: the symbol is the first character.

    Where the new values come from several files, each file is named above its own.
    """
    pairs = list(zip(entry.first.differences, entry.sources, strict=True))
    if source_text(entry) or all(source is None for _, source in pairs):
        return [line for difference, _ in pairs for line in difference_lines(difference)]
    lines = []
    for source in _in_order(source for _, source in pairs):
        lines.append(f"@@ {f'from {source}' if source else _NO_FILE} @@")
        lines += [
            line
            for difference, its in pairs
            if its == source
            for line in difference_lines(difference)
        ]
    return lines


def source_text(entry: Folded) -> str:
    """Return the one file that all new values come from, or nothing if there is no such file."""
    named = [source for source in _in_order(entry.sources) if source is not None]
    return named[0] if len(named) == 1 else ""


def secrets_note(entry: Folded) -> str:
    """Return what to know of secrets that look alike at many sites, or nothing."""
    folded = len(entry.changes) > 1
    if folded and any(difference.sensitive for difference in entry.first.differences):
        return "Secrets are not shown, and may be another at each site."
    return ""


def shortened(change: Change) -> str:
    """Return how many values a change adds or removes as a whole, for where they are not listed.

    A reconfiguration is never shortened: its differences are what a reader looks for.
    """
    if change.action is Action.RECONFIGURE or not change.differences:
        return ""
    number = len(change.differences)
    return f"{number} value{'s' if number > 1 else ''}"


def brief(change: Change) -> str:
    """Return a reconfiguration's first difference in a few words and how many more there are."""
    if change.action is not Action.RECONFIGURE or not change.differences:
        return ""
    first, *others = change.differences
    more = f" and {len(others)} more" if others else ""
    return f"{_step(first)}{more}"


def _step(difference: FieldDifference) -> str:
    place = _place(difference)
    old, new = (cut(value, _LONGEST_IN_BRIEF) for value in _values(difference))
    if difference.operation is Operation.ADD:
        return f"{place}: added {new}"
    if difference.operation is Operation.REMOVE:
        return f"{place}: removed {old}"
    return f"{place}: {old} → {new}{', changed' if old == new else ''}"


def difference_lines(difference: FieldDifference) -> list[str]:
    """Return one difference as lines of a diff: the old value, the new one, or both."""
    place = _place(difference)
    old, new = _values(difference)
    if difference.operation is Operation.ADD:
        return [f"+ {place}: {new}"]
    if difference.operation is Operation.REMOVE:
        return [f"- {place}: {old}"]
    if old == new:  # two secrets, or alike as far as they are shown
        return [f"! {place}: {old} → {new}, changed"]
    return [f"- {place}: {old}", f"+ {place}: {new}"]


def _place(difference: FieldDifference) -> str:
    return difference.pointer or "(whole configuration)"


def _values(difference: FieldDifference) -> tuple[str, str]:
    old, new = (
        SENSITIVE if difference.sensitive and value == SENSITIVE else shown_value(value)
        for value in (difference.old, difference.new)
    )
    return old, new


def _in_order(sources: Iterable[str | None]) -> list[str | None]:
    """Return each source once as it first comes up, and none at all last."""
    return sorted(dict.fromkeys(sources), key=lambda source: source is None)
