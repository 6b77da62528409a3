"""A plan in the form asked for; each form's report is imported where it is the one."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.cli.output import Output
from reconciler.model.plan import Plan
from reconciler.report.window_text import application_time


def show_plan(output: Output, plan: Plan) -> None:
    """Write a plan in the form asked for."""
    whole = output.settings.verbosity > 0
    when = application_time(plan, datetime.now(UTC))
    if output.form == "json":
        output.data(plan.to_json())
    elif output.form == "markdown":
        from reconciler.report.plan_markdown import plan_as_markdown

        output.data(plan_as_markdown(plan, window_line=when))
    elif output.form is None and output.styled:
        from reconciler.report.terminal import print_plan

        print_plan(output.console, plan, whole=whole, window_line=when)
    else:
        from reconciler.report.plan_text import plan_as_text

        output.data(plan_as_text(plan, whole=whole, window_line=when))
