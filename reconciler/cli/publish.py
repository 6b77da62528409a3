"""``reconciler publish github``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.app import Command, LazyGroup
from reconciler.cli.output import Output
from reconciler.cli.requests import read_plan
from reconciler.model.errors import UsageError
from reconciler.model.plan import Plan
from reconciler.publish.comment import BODY_LIMIT, upsert_sticky_comment
from reconciler.publish.context import GitHubContext
from reconciler.publish.github_client import GitHubClient
from reconciler.publish.job_files import SUMMARY_LIMIT, set_step_outputs, write_job_summary
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.view import verdict
from reconciler.report.window_text import application_time
from reconciler.settings import Settings


@click.group(
    cls=LazyGroup,
    example="reconciler publish github plan.json",
    lazy={"github": ("reconciler.cli.publish:github", "Comment on the pull request; job summary.")},
)
def publish() -> None:
    """Post a plan where it is read."""


@click.command(
    cls=Command,
    example="reconciler plan --out plan.json\nreconciler publish github plan.json",
)
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--target",
    default="default",
    show_default=True,
    metavar="NAME",
    help="Which of several plans of one pull request this is; each has its comment.",
)
@click.option("--withdraw", is_flag=True, help="Delete the comment: there is nothing to plan.")
@click.pass_obj
def github(settings: Settings, plan_file: Path | None, target: str, withdraw: bool) -> int:
    """Keep one comment on the pull request up to date, and write the job summary.

    Reads GITHUB_TOKEN, GITHUB_REPOSITORY and the other variables of GitHub Actions. A plan
    without changes or findings has no comment: an older one is deleted.
    """
    if (plan_file is None) != withdraw:
        raise UsageError("name a plan file, or pass --withdraw", "One of the two, not both.")
    output = Output(settings)
    context = GitHubContext.from_environment(os.environ)
    plan = read_plan(plan_file) if plan_file else None
    if plan is not None:
        _write_job_files(context, plan)
    _keep_comment(output, context, plan, target)
    return 0


def _write_job_files(context: GitHubContext, plan: Plan) -> None:
    if context.summary_path is not None:
        text = _markdown(plan, SUMMARY_LIMIT, context)
        write_job_summary(context.summary_path, text)
    if context.output_path is not None:
        outputs = {
            "plan-id": plan.plan_id,
            "changes": str(len(plan.changes)),
            "applyable": str(plan.applyable).lower(),
            "blocked": str(bool(plan.blocked)).lower(),
            "verdict": verdict(plan),
        }
        set_step_outputs(context.output_path, outputs)


def _keep_comment(output: Output, context: GitHubContext, plan: Plan | None, target: str) -> None:
    if not context.may_comment or context.token is None or context.pull_request is None:
        output.say("No comment: not a pull request that this token may write to.")
        return
    quiet = plan is None or not (plan.differs or plan.blocked or plan.diagnostics)
    body = None
    if plan is not None and not quiet:
        body = _markdown(plan, BODY_LIMIT, context)
    with GitHubClient(context.api_url, context.token, proxy_url=context.proxy_url) as client:
        outcome = upsert_sticky_comment(
            client, context.repository, context.pull_request, target, body
        )
    output.say(f"Comment {outcome.action}{f': {outcome.url}' if outcome.url else ''}.")


def _markdown(plan: Plan, limit: int, context: GitHubContext) -> str:
    when = application_time(plan, datetime.now(UTC))
    return plan_as_markdown(plan, limit=limit, link_base=_link_base(context), window_line=when)


def _link_base(context: GitHubContext) -> str | None:
    if context.sha is None:
        return None
    return f"{context.server_url}/{context.repository}/blob/{context.sha}"
