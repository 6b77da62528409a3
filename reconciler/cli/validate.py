"""``reconciler validate``."""

from __future__ import annotations

import json

import click

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.report.plan_text import diagnostics_as_text
from reconciler.report.terminal import print_diagnostics
from reconciler.report.view import counted
from reconciler.settings import Settings


@click.command(
    cls=Command,
    example="reconciler validate\nreconciler --desired-state plants validate --ref origin/main",
)
@click.option("--ref", metavar="REF", help="Check this commit, branch or tag, not the folder.")
@click.pass_obj
def validate(settings: Settings, ref: str | None) -> int:
    """Check a desired state: files, schemas, references, secrets, signoffs.

    Needs no database and opens no connection. Exits with 1 where there is an error.
    """
    output = Output(settings)
    checked = check_desired_state(Source(settings.desired_state, ref))
    found = checked.diagnostics
    if settings.json:
        listed = [diagnostic.model_dump(mode="json") for diagnostic in found]
        output.data(json.dumps({"diagnostics": listed}, indent=2, ensure_ascii=False))
    elif output.styled:
        print_diagnostics(output.stdout, found)
    else:
        output.data(diagnostics_as_text(found))
    if checked.state is not None and not checked.has_errors:
        configurations = counted(len(checked.state.configurations), "configuration")
        output.say(f"Valid: {configurations} at {counted(len(checked.state.sites), 'site')}.")
    return 1 if checked.has_errors else 0
