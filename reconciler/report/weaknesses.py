"""What an examination of the database found, as text and as data."""

from __future__ import annotations

from collections import Counter

from reconciler.model.diagnostic import Severity
from reconciler.model.weakness import Examination, Weakness
from reconciler.report.counting import counted
from reconciler.report.escaping import printable, printable_json


def examination_as_text(done: Examination) -> str:
    """Return each weakness with what mends it, then what was not looked at, then a count."""
    lines = [line for found in done.weaknesses for line in _lines(found)]
    lines += [f"not checked: {printable(what)}" for what in done.unchecked]
    return "\n".join([*lines, _verdict(done)]) + "\n"


def _lines(found: Weakness) -> list[str]:
    return [
        f"{found.severity} [{found.code}] {printable(found.message)}",
        f"    {printable(found.hint)}",
    ]


def _verdict(done: Examination) -> str:
    if not done.weaknesses:
        return "The schema is as the migrations made it, and nothing was found that goes past it."
    counts = Counter(found.severity for found in done.weaknesses)
    return ", ".join(
        counted(counts[severity], str(severity)) for severity in Severity if counts[severity]
    )


def examination_as_json(done: Examination) -> str:
    """Return the same as a JSON document."""
    content = {
        "passed": done.passed,
        "weaknesses": [
            {
                "code": found.code,
                "severity": str(found.severity),
                "object": found.name,
                "message": found.message,
                "hint": found.hint,
            }
            for found in done.weaknesses
        ],
        "unchecked": list(done.unchecked),
    }
    return printable_json(content) + "\n"
