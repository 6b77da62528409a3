"""Plans as plain text, for pipes, logs and files."""

from __future__ import annotations

from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.diagnostics_text import diagnostics_as_text
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
