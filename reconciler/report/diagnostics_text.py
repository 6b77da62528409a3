"""Findings as plain text, for pipes, logs and files.

Built without a template, so that what is read after every change of a file is there at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.diagnostic import Diagnostic
from reconciler.report.diagnostic_view import bystander
from reconciler.report.escaping import printable


def diagnostics_as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Return findings as text: one paragraph each, the place first, then the counts."""
    paragraphs = [_paragraph(found) for found in diagnostics]
    between = ["\n"] if paragraphs else []
    return "".join([*paragraphs, *between, f"{diagnostic_counts(diagnostics)}\n"])


def _paragraph(found: Diagnostic) -> str:
    place, message = printable(str(found.location)), printable(found.message)
    said = f"{place}: {found.severity} [{found.code}] {message}{printable(bystander(found))}"
    return f"{said}\n    {printable(found.hint)}\n"


def diagnostic_counts(diagnostics: Sequence[Diagnostic]) -> str:
    """Return how many findings there are of each severity, and in how many files."""
    if not diagnostics:
        return "No findings."
    counted = Counter(found.severity.value for found in diagnostics)
    parts = [
        f"{counted[name]} {name}{'s' if counted[name] > 1 else ''}"
        for name in ("error", "warning", "note")
        if counted[name]
    ]
    files = len({found.location.path for found in diagnostics})
    return f"{', '.join(parts)} in {files} file{'s' if files > 1 else ''}."
