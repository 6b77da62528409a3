"""Findings as workflow commands, which GitHub's runner makes annotations of.

The runner keeps ten annotations of a kind a step, cuts a message at 4,096 UTF-16 units, and writes
the message of every command to the log, but not its place: that is why the message says it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.report.diagnostic_view import acceptance, concerned
from reconciler.report.diagnostics_text import diagnostic_counts
from reconciler.report.escaping import cut, printable, workflow_data, workflow_property

SHOWN_OF_A_KIND = 10
LONGEST_MESSAGE = 4096
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
# Twice their sum, as of characters beyond the basic plane, leaves room for what says it was cut.
_LONGEST_SENTENCE, _LONGEST_HINT, _LONGEST_PLACE, _LONGEST_WAIVER = 900, 450, 300, 200


def diagnostics_as_github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a command a finding, errors first, and one notice with the counts.

    The notice stands before the notes, which are notices as well: it has to be among the first ten.
    """
    if not diagnostics:
        return "No findings.\n"
    lines = {
        severity: [_finding(found) for found in diagnostics if found.severity is severity]
        for severity in Severity
    }
    crowded = any(len(found) > SHOWN_OF_A_KIND for found in lines.values())
    summary = _summary(diagnostics, crowded=crowded)
    ordered = (*lines[Severity.ERROR], *lines[Severity.WARNING], summary, *lines[Severity.NOTE])
    return "".join(f"{line}\n" for line in ordered)


def _finding(found: Diagnostic) -> str:
    place = found.location
    shown = (
        cut(printable(found.message), _LONGEST_SENTENCE),
        cut(printable(found.hint), _LONGEST_HINT),
        cut(printable(acceptance(found)), _LONGEST_WAIVER),
        cut(printable(" ".join(filter(None, (str(place), concerned(found))))), _LONGEST_PLACE),
    )
    properties = {
        "file": place.path,
        "line": str(place.line),
        "col": str(place.column),
        "title": found.code,
    }
    return _command(_COMMANDS[found.severity], properties, "\n".join(filter(None, shown)))


def _summary(diagnostics: Sequence[Diagnostic], *, crowded: bool) -> str:
    counts = diagnostic_counts(diagnostics)
    rest = f" Annotations are {SHOWN_OF_A_KIND} of a kind at most; the step's log has all."
    return _command("notice", {"title": "reconciler validate"}, counts + rest * crowded)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{key}={workflow_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{workflow_data(message)}"
