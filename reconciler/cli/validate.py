"""``reconciler validate``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import click
from click.core import ParameterSource

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.model.diagnostic import Diagnostic
from reconciler.operations.desired_state import Checked, Source, check_desired_state
from reconciler.report.diagnostics_github import diagnostics_as_github
from reconciler.report.diagnostics_json import diagnostics_as_json
from reconciler.report.diagnostics_junit import diagnostics_as_junit
from reconciler.report.diagnostics_sarif import diagnostics_as_sarif, left_out
from reconciler.report.plan_text import diagnostics_as_text
from reconciler.report.terminal import print_diagnostics
from reconciler.report.view import counted
from reconciler.settings import Settings

_FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": diagnostics_as_text,
    "json": diagnostics_as_json,
    "sarif": diagnostics_as_sarif,
    "junit": diagnostics_as_junit,
    "github": diagnostics_as_github,
}


@click.command(
    cls=Command,
    example="reconciler validate\nreconciler --desired-state plants validate --ref origin/main\n"
    "reconciler validate --format sarif > reconciler.sarif",
)
@click.option("--ref", metavar="REF", help="Check this commit, branch or tag, not the folder.")
@click.option(
    "--format",
    "form",
    envvar="RECONCILER_VALIDATE_FORMAT",
    type=click.Choice(list(_FORMATS)),
    help="How to print the findings; --json is --format json.  [default: text]",
)
@click.pass_context
def validate(context: click.Context, ref: str | None, form: str | None) -> int:
    """Check a desired state: files, schemas, references, secrets, signoffs.

    Needs no database and opens no connection. Exits with 1 where there is an error.
    """
    output = _output(context, form)
    checked = check_desired_state(Source(output.settings.desired_state, ref))
    _print(output, checked)
    if output.form == "sarif" and (missing := left_out(checked.diagnostics)):
        output.say(missing)
    if checked.state is not None and not checked.has_errors:
        configurations = counted(len(checked.state.configurations), "configuration")
        output.say(f"Valid: {configurations} at {counted(len(checked.state.sites), 'site')}.")
    return 1 if checked.has_errors else 0


def _output(context: click.Context, form: str | None) -> Output:
    """Return where the findings go: of --json and --format a flag goes before a variable."""
    settings: Settings = context.obj
    by_flag = context.get_parameter_source("form") is ParameterSource.COMMANDLINE
    if _is_flag_given(context, "json") and not by_flag:
        return Output(settings)
    if by_flag and not _is_flag_given(context, "json"):
        settings = replace(settings, json=False)
    return Output(settings, form)


def _is_flag_given(context: click.Context | None, name: str) -> bool:
    """Return whether a global flag stands on the command line, before the command or after it."""
    while context is not None:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            return True
        context = context.parent
    return False


def _print(output: Output, checked: Checked) -> None:
    if output.form is None and output.styled:
        print_diagnostics(output.stdout, checked.diagnostics)
    else:
        output.data(_FORMATS[output.form or "text"](checked.diagnostics))
