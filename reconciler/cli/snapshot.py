"""``reconciler snapshot create|list|show|diff|verify``."""

from __future__ import annotations

import click

from reconciler.cli.app import Command, LazyGroup
from reconciler.cli.output import Output
from reconciler.cli.requests import DIFFERENT, DONE, FAILED, database_of
from reconciler.model.errors import UsageError
from reconciler.operations import snapshot as operations
from reconciler.operations.audit import AuditRequest
from reconciler.operations.snapshot_check import verify_snapshots
from reconciler.report import snapshot_text as report
from reconciler.report.counting import counted
from reconciler.settings import Settings

_HERE = "reconciler.cli.snapshot"


@click.group(
    cls=LazyGroup,
    example="reconciler snapshot create --site hartford --reason 'Before the line moves'",
    lazy={
        "create": (f"{_HERE}:create", "Keep what is configured and signed at sites now."),
        "list": (f"{_HERE}:list_", "List snapshots, newest first."),
        "show": (f"{_HERE}:show", "Show what a snapshot holds."),
        "diff": (f"{_HERE}:diff", "Show what differs from a snapshot to another, or to now."),
        "verify": (f"{_HERE}:verify", "Show that snapshots are what they say, and what was."),
    },
)
def snapshot() -> None:
    """Keep, look at, compare and verify snapshots of sites."""


@click.command(
    cls=Command,
    example="reconciler snapshot create --site hartford --reason 'Before the line moves'",
)
@click.option("--reason", required=True, metavar="TEXT", help="Why; at most 128 characters.")
@click.pass_obj
def create(settings: Settings, reason: str) -> int:
    """Write one snapshot of each site, as it is now, by the service user.

    Apply makes one of every site that it touches. Of a configuration that was edited outside git
    the hash is kept, and not the values.
    """
    output = Output(settings)
    made = operations.create_snapshots(_request(settings), reason, database_of(settings))
    _list(output, made)
    output.say(f"{counted(len(made.snapshots), 'snapshot')} written.")
    return DONE


@click.command("list", cls=Command, example="reconciler snapshot list --site hartford")
@click.pass_obj
def list_(settings: Settings) -> int:
    """List snapshots, newest first: site, time, run, how much they hold, and the reason."""
    found = operations.list_snapshots(_request(settings), database_of(settings))
    _list(Output(settings), found)
    return DONE


def _list(output: Output, listed: operations.Listed) -> None:
    as_json = output.form == "json"
    output.data(report.snapshots_as_json(listed) if as_json else report.snapshots_as_text(listed))


@click.command(
    cls=Command,
    example="reconciler snapshot show 3f2a91c0\nreconciler snapshot show --site hartford --json",
)
@click.argument("snapshot_id", metavar="[SNAPSHOT]", required=False)
@click.pass_obj
def show(settings: Settings, snapshot_id: str | None) -> int:
    """Show what a snapshot holds; without SNAPSHOT, the newest of the site that --site names.

    SNAPSHOT is how its id begins. What the catalog calls a secret is shown as (sensitive); where
    the version of an extension is not in the catalog, every text is.
    """
    shown = operations.show_snapshot(_request(settings), snapshot_id, database_of(settings))
    as_json = settings.json
    Output(settings).data(report.shown_as_json(shown) if as_json else report.shown_as_text(shown))
    return DONE


@click.command(
    cls=Command,
    example="reconciler snapshot diff 3f2a91c0\nreconciler snapshot diff 3f2a91c0 8be1d570",
)
@click.argument("old", metavar="SNAPSHOT")
@click.argument("new", metavar="[SNAPSHOT]", default=operations.LIVE)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where something differs.")
@click.pass_obj
def diff(settings: Settings, old: str, new: str, detailed_exitcode: bool) -> int:
    """Show what differs from the first SNAPSHOT to the second; without one, to what is live.

    Either is how an id begins, or `live`. Both are of one site.
    """
    compared = operations.compare_snapshots(_request(settings), old, new, database_of(settings))
    as_json = settings.json
    Output(settings).data(
        report.compared_as_json(compared) if as_json else report.compared_as_text(compared)
    )
    return DIFFERENT if detailed_exitcode and compared.differences else DONE


@click.command(cls=Command, example="reconciler snapshot verify --site hartford")
@click.pass_obj
def verify(settings: Settings) -> int:
    """Compute every hash in every snapshot anew, and hold it against the history of that time.

    Exits with 1 where anything does not fit, and says where.
    """
    if settings.extensions:
        raise UsageError("snapshots are of whole sites", "Leave --extension out.")
    output = Output(settings)
    with output.progress("Verifying the snapshots"):
        verified = verify_snapshots(_request(settings), database_of(settings))
    as_json = settings.json
    output.data(report.verified_as_json(verified) if as_json else report.verified_as_text(verified))
    return FAILED if verified.doubted else DONE


def _request(settings: Settings) -> AuditRequest:
    return AuditRequest(settings.desired_state, settings.sites)
