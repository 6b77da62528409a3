"""``reconciler plan``."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.app import Command, format_option
from reconciler.cli.output import Output
from reconciler.cli.requests import database_of, exit_code, plan_request, write_file
from reconciler.operations import plan as planning
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
@click.option("--allow-unmanage", is_flag=True, help="Let go of sites whose folder is gone.")
@click.pass_obj
def plan(
    settings: Settings,
    ref: str | None,
    base: str | None,
    out: Path | None,
    form: str | None,
    detailed_exitcode: bool,
    allow_unmanage: bool,
) -> int:
    """Show what apply would do, field by field, and why. Writes nothing to the database."""
    output = Output(settings, form)
    request = plan_request(settings, ref=ref, base=base, allow_unmanage=allow_unmanage)
    with output.progress("Comparing git with the database"):
        made = planning.plan(request, database_of(settings))
    if out is not None:
        write_file(out, made.to_json())
        output.say(f"Plan written to {out}.")
    output.plan(made)
    return exit_code(made, detailed=detailed_exitcode)
