"""``reconciler drift``."""

from __future__ import annotations

import click

from reconciler.cli import signals
from reconciler.cli.app import Command, format_option
from reconciler.cli.apply import apply_and_report, force_option, require_answer
from reconciler.cli.output import Output
from reconciler.cli.requests import DIFFERENT, DONE, FAILED, database_of, is_trusted, plan_request
from reconciler.cli.shown_plan import show_plan
from reconciler.model.plan import Scope
from reconciler.operations import plan as planning
from reconciler.operations.apply import ApplyRequest
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler drift --detailed-exitcode\nreconciler drift --heal --yes",
)
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag, not the folder.")
@click.option("--heal", is_flag=True, help="Restore what git says where git has not moved on.")
@click.option("--yes", is_flag=True, help="Do not ask before healing.")
@click.option("--allow-dirty", is_flag=True, help="Heal from what is not committed.")
@force_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there is drift.")
@format_option
@click.pass_obj
def drift(
    settings: Settings,
    ref: str | None,
    heal: bool,
    yes: bool,
    allow_dirty: bool,
    force: str | None,
    detailed_exitcode: bool,
    form: str | None,
) -> int:
    """Show which rows were changed outside the reconciler, by whom and when; --heal restores them.

    A row that git wants changed as well is shown, and left to apply.
    """
    output = Output(settings, form)
    if heal:
        require_answer(output, yes=yes)
        request = ApplyRequest(
            plan=plan_request(settings, ref=ref, scope=Scope.HEALABLE),
            allow_dirty=allow_dirty,
            force=force,
            trusted=is_trusted(settings),
            when_applied=signals.ignore,
        )
        code = apply_and_report(output, request, yes=yes)
        left = _left_to_apply(settings, output, ref) if code == DONE else 0
        return DIFFERENT if detailed_exitcode and left else code
    with output.progress("Comparing the database with what was last applied"):
        found = planning.plan(
            plan_request(settings, ref=ref, scope=Scope.DRIFTED), database_of(settings)
        )
    show_plan(output, found)
    if found.errored:
        return FAILED
    return DIFFERENT if detailed_exitcode and found.changes else DONE


def _left_to_apply(settings: Settings, output: Output, ref: str | None) -> int:
    """Name what drifted and was not healed, because git wants it changed too; return how many."""
    request = plan_request(settings, ref=ref, scope=Scope.DRIFTED)
    left = planning.plan(request, database_of(settings)).changes
    for change in left:
        output.say(
            f"left to apply: {change.site} / {change.extension} drifted, and git wants it "
            "changed as well"
        )
    return len(left)
