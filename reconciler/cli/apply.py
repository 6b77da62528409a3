"""``reconciler apply``."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from unicodedata import category

import click

from reconciler.cli import signals
from reconciler.cli.app import Command, format_option
from reconciler.cli.output import Output
from reconciler.cli.requests import (
    DONE,
    FAILED,
    as_planned,
    database_of,
    is_trusted,
    plan_request,
    read_plan,
)
from reconciler.cli.shown_plan import show_plan
from reconciler.model.errors import AlteredPlanError, RefusedPlanError, UsageError
from reconciler.model.plan import Plan
from reconciler.operations import apply as applying
from reconciler.operations.apply import Applied, ApplyRequest
from reconciler.operations.run_log import record_altered_plan
from reconciler.report.chain_heads import applied_as_json, heads_as_markdown, heads_as_text
from reconciler.report.view import verdict
from reconciler.settings import Settings

_LONGEST_REASON = 1_000


def _with_a_reason(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    # A letter, digit or sign that can be seen, and text that PostgreSQL takes.
    if not any(category(sign)[0] in "LNPS" for sign in value) or not value.isprintable():
        raise UsageError(
            "--force has no reason that can be read",
            'Say why in one line: --force "<reason>"; it is audited.',
        )
    if len(value) > _LONGEST_REASON:
        raise UsageError(f"--force has over {_LONGEST_REASON:,} characters", "Say it shorter.")
    return value


force_option = click.option(
    "--force",
    metavar="REASON",
    callback=_with_a_reason,
    help="Apply what is blocked as unsafe or outside its window; REASON is audited.",
)


@click.command(
    cls=Command,
    example="reconciler apply --ref origin/main --yes\nreconciler apply plan.json --yes",
)
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option("--ref", metavar="REF", help="Apply this commit, branch or tag, not the folder.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow-dirty", is_flag=True, help="Apply what is not committed.")
@force_option
@click.option("--allow-unmanage", is_flag=True, help="Let go of sites whose folder is gone.")
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0.001, max=86_400),
    default=applying.DEFAULT_LOCK_TIMEOUT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run.",
)
@click.option(
    "--outcome-timeout",
    type=click.FloatRange(min=0.001, max=86_400),
    default=applying.DEFAULT_OUTCOME_TIMEOUT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long to ask what became of a commit whose connection was lost.",
)
@format_option
@click.pass_obj
def apply(
    settings: Settings,
    plan_file: Path | None,
    ref: str | None,
    yes: bool,
    allow_dirty: bool,
    allow_unmanage: bool,
    force: str | None,
    lock_timeout: float,
    outcome_timeout: float,
    form: str | None,
) -> int:
    """Make the database what git says: configurations, history, audit and snapshots at once.

    With PLAN_FILE, do exactly what that plan says, or nothing: the commits it names are read
    again, and it is refused if the database or the branch moved or if it was applied before.

    The report ends with the heads of the audit chains: kept elsewhere, they show later that no
    row up to them was altered or removed.
    """
    output = Output(settings, form)
    require_answer(output, yes=yes)
    _require_seconds(lock_timeout, "--lock-timeout")
    _require_seconds(outcome_timeout, "--outcome-timeout")
    expected = _expected(settings, plan_file) if plan_file else None
    wanted = plan_request(settings, ref=ref, allow_unmanage=allow_unmanage)
    request = ApplyRequest(
        plan=as_planned(wanted, expected) if expected else wanted,
        expected=expected,
        follow_branch=ref is None,
        allow_dirty=allow_dirty,
        force=force,
        lock_timeout_seconds=lock_timeout,
        outcome_timeout_seconds=outcome_timeout,
        trusted=is_trusted(settings),
        when_applied=signals.ignore,
    )
    return apply_and_report(output, request, yes=yes)


def _require_seconds(given: float, flag: str) -> None:
    if not isfinite(given):
        raise UsageError(f"{flag} is no number of seconds", "Give at most 86400.")


def _expected(settings: Settings, plan_file: Path) -> Plan:
    """Return the plan to apply; that one was altered is recorded."""
    try:
        return read_plan(plan_file)
    except AlteredPlanError as error:
        record_altered_plan(database_of(settings), error)
        raise


def apply_and_report(output: Output, request: ApplyRequest, *, yes: bool) -> int:
    """Apply, say what came of it, and return the exit code."""
    try:
        done = applying.apply(request, database_of(output.settings), confirmation(output, yes=yes))
    except RefusedPlanError as error:
        if error.plan is not None:
            show_plan(output, error.plan)
        raise
    return report_applied(output, done)


def require_answer(output: Output, *, yes: bool) -> None:
    """Refuse to go on where a question would have to be asked and nobody could answer.

    Raises:
        UsageError: neither ``--yes`` nor a terminal.
    """
    if not yes and not output.can_ask:
        raise UsageError("nobody is there to confirm", "Pass --yes, or run it on a terminal.")


def confirmation(output: Output, *, yes: bool) -> Callable[[Plan], bool]:
    """Return what shows the plan before anything is written, and asks unless told not to."""

    def confirm(plan: Plan) -> bool:
        if output.form != "json" and not (yes and output.settings.verbosity < 0):
            show_plan(output, plan)
        return yes or click.confirm("Apply this plan?", err=True)

    return confirm


def report_applied(output: Output, done: Applied) -> int:
    """Say what came of it and return the exit code."""
    for warning in done.warnings:
        output.say(f"warning: {warning}")
    # Said before anything that may fail: that it was applied is what matters most.
    if done.run_id is not None:
        output.say(f"Applied in one transaction: run {done.run_id}.")
    if output.form == "json":
        output.data(applied_as_json(done.plan, done.heads) if done.heads else done.plan.to_json())
    elif done.heads and output.settings.verbosity >= 0:
        shown = heads_as_markdown if output.form == "markdown" else heads_as_text
        output.data(shown(done.heads))
    if done.plan.errored:
        if output.form != "json":
            show_plan(output, done.plan)
        return FAILED
    if done.run_id is not None:
        return DONE
    if done.plan.differs:
        output.say("Not applied; nothing was written.")
        return FAILED
    output.say(verdict(done.plan))
    return DONE
