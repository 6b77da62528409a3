"""``reconciler validate``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import click
from click.core import ParameterSource
from msgspec.structs import replace

from reconciler.cli.app import Command
from reconciler.cli.output import Output
from reconciler.model.diagnostic import Diagnostic
from reconciler.operations.desired_state import Checked, Source, check_desired_state
from reconciler.report.counting import counted
from reconciler.settings import Settings

_FORMATS = ("text", "json", "sarif", "junit", "github")


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
    type=click.Choice(_FORMATS),
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
    """Write the findings; each form's report is imported where it is the one asked for."""
    if output.form is None and output.styled:
        from reconciler.report.terminal import print_diagnostics

        print_diagnostics(output.console, checked.diagnostics)
        return
    form = output.form or "text"
    report = import_module(f"reconciler.report.diagnostics_{form}")
    as_text: Callable[[Sequence[Diagnostic]], str] = getattr(report, f"diagnostics_as_{form}")
    output.data(as_text(checked.diagnostics))
    if form == "sarif":
        _say_what_is_left_out(output, checked)


def _say_what_is_left_out(output: Output, checked: Checked) -> None:
    from reconciler.report.diagnostics_sarif import left_out

    if missing := left_out(checked.diagnostics):
        output.say(missing)
