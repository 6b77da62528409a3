"""Findings as JSON, for scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.report.escaping import printable_json


def diagnostics_as_json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return every finding with all its fields, and how many there are; valid is without errors."""
    counted = Counter(found.severity for found in diagnostics)
    summary = {
        "valid": not counted[Severity.ERROR],
        **{f"{severity}s": counted[severity] for severity in Severity},
        "files": len({found.location.path for found in diagnostics}),
    }
    listed = [found.model_dump(mode="json") for found in diagnostics]
    return f"{printable_json({'diagnostics': listed, 'summary': summary})}\n"
