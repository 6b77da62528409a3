"""``reconciler plan``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.app import Command, format_option
from reconciler.cli.output import Output
from reconciler.cli.requests import database_of, exit_code, is_trusted, plan_request, write_file
from reconciler.cli.shown_plan import show_plan
from reconciler.model.plan import Plan
from reconciler.operations import plan as planning
from reconciler.operations.preparing import PlanRequest
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler plan --ref HEAD --base origin/main --out plan.json\n"
    "reconciler plan --site hartford --detailed-exitcode",
)
@click.option(
    "--ref", metavar="REF", help="Plan this commit, branch or tag; nothing is checked out."
)
@click.option(
    "--base", metavar="REF", help="Tell this pull request's changes from all others by it."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan as JSON."
)
@format_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@click.option("--rehearse", is_flag=True, help="Do all of an apply, and roll it back.")
@click.option("--allow-unmanage", is_flag=True, help="Let go of sites whose folder is gone.")
@click.pass_obj
def plan(
    settings: Settings,
    ref: str | None,
    base: str | None,
    out: Path | None,
    form: str | None,
    detailed_exitcode: bool,
    rehearse: bool,
    allow_unmanage: bool,
) -> int:
    """Show what apply would do, field by field, and why. Writes nothing to the database.

    Reads in a READ ONLY transaction. With --rehearse, all that apply does is done as well, the
    database's triggers and constraints included, and rolled back.
    """
    output = Output(settings, form)
    request = plan_request(settings, ref=ref, base=base, allow_unmanage=allow_unmanage)
    with output.progress("Comparing git with the database"):
        made = _made(request, settings, rehearse=rehearse)
    if out is not None:
        write_file(out, made.to_json())
        output.say(f"Plan written to {out}.")
    show_plan(output, made)
    if rehearse:
        output.say(_rehearsed(made))
    return exit_code(made, detailed=detailed_exitcode)


def _made(request: PlanRequest, settings: Settings, *, rehearse: bool) -> Plan:
    if rehearse:
        from reconciler.operations import apply as applying

        rehearsed = applying.ApplyRequest(request, trusted=is_trusted(settings))
        return applying.rehearse(rehearsed, database_of(settings))
    return planning.plan(request, database_of(settings))


def _rehearsed(plan: Plan) -> str:
    if plan.applyable:
        return "Rehearsed: the database would take all of it. Everything was rolled back."
    return "Not rehearsed: there is nothing that may be applied."
