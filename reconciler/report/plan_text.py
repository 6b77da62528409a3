"""Plans and findings as plain text, for pipes, logs and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.rendering import render
from reconciler.report.sections import sections


def plan_as_text(plan: Plan, *, whole: bool = False, window_line: str | None = None) -> str:
    """Return the plan as text without colour.

    Args:
        plan: what to show.
        whole: also lists the values of what is activated or deactivated, every site of an entry,
            and what is not from the pull request.
        window_line: when it may be applied, where that is known.
    """
    return render(
        "plan.txt.j2",
        plan=plan,
        whole=whole,
        window_line=window_line,
        verdict=view.verdict(plan),
        context=view.context_line(plan),
        sections=sections(plan),
        diagnostics=diagnostics_as_text(plan.diagnostics).rstrip("\n"),
    )


def diagnostics_as_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Return findings as text: one paragraph each, the place first, then the counts."""
    return render(
        "diagnostics.txt.j2", diagnostics=diagnostics, counts=diagnostic_counts(diagnostics)
    )


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
