"""``reconciler drift``."""

from __future__ import annotations

import click

from reconciler.cli.app import Command
from reconciler.cli.apply import apply_and_report, require_answer
from reconciler.cli.output import Output
from reconciler.cli.requests import database_of, exit_code, plan_request
from reconciler.model.plan import Scope
from reconciler.operations import plan as planning
from reconciler.operations.apply import ApplyRequest
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.plan_text import plan_as_text
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler drift --detailed-exitcode\nreconciler drift --heal --yes",
)
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag, not the folder.")
@click.option("--heal", is_flag=True, help="Restore what git says where git has not moved on.")
@click.option("--yes", is_flag=True, help="Do not ask before healing.")
@click.option("--allow-dirty", is_flag=True, help="Heal from what is not committed.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there is drift.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    help="How to print it.  [default: text]",
)
@click.pass_obj
def drift(
    settings: Settings,
    ref: str | None,
    heal: bool,
    yes: bool,
    allow_dirty: bool,
    detailed_exitcode: bool,
    form: str | None,
) -> int:
    """Show which rows were changed outside the reconciler, by whom and when; --heal restores them.

    A row that git wants changed as well is shown, and left to apply.
    """
    output = Output(settings)
    if heal:
        require_answer(output, yes=yes)
        request = ApplyRequest(
            plan=plan_request(settings, ref=ref, scope=Scope.HEALABLE), allow_dirty=allow_dirty
        )
        return apply_and_report(output, request, yes=yes)
    with output.progress("Comparing the database with what was last applied"):
        found = planning.plan(
            plan_request(settings, ref=ref, scope=Scope.DRIFTED), database_of(settings)
        )
    match form:
        case "json":
            output.data(found.to_json())
        case "markdown":
            output.data(plan_as_markdown(found))
        case "text":
            output.data(plan_as_text(found))
        case _:
            output.plan(found)
    return exit_code(found, detailed=detailed_exitcode)
