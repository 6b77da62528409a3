"""``reconciler audit verify|anchor``, and the group of all audit commands."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.anchor_file import read_anchor
from reconciler.cli.app import Command, LazyGroup
from reconciler.cli.output import Output
from reconciler.cli.requests import DONE, FAILED, database_of, write_file
from reconciler.operations import audit as operations
from reconciler.operations.audit import AuditRequest
from reconciler.report.counting import counted
from reconciler.report.evidence_text import (
    anchor_as_json,
    verification_as_json,
    verification_as_text,
)
from reconciler.settings import Settings

_HERE, _RECORDS = "reconciler.cli.audit", "reconciler.cli.evidence"


@click.group(
    cls=LazyGroup,
    example="reconciler audit verify --anchor anchor.json",
    lazy={
        "show": (f"{_RECORDS}:show", "Show what changed: when, who, what, why."),
        "verify": (f"{_HERE}:verify", "Show that no audit row was altered, removed or added."),
        "anchor": (f"{_HERE}:anchor", "Print the heads of the chains, to be kept elsewhere."),
        "export": (f"{_RECORDS}:export", "Write one archive that an inspector can take away."),
        "check": (f"{_RECORDS}:check", "Verify such an archive. Needs no database."),
    },
)
def audit() -> None:
    """Read the audit log, prove that it is whole, hand it over."""


@click.command(
    cls=Command,
    example="reconciler audit verify\nreconciler audit verify --site hartford --anchor anchor.json",
)
@click.option(
    "--anchor",
    "anchor_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Heads that `audit anchor` printed earlier: the end of a chain may not be gone either.",
)
@click.pass_obj
def verify(settings: Settings, anchor_file: Path | None) -> int:
    """Compare every audit row with the hash chain, the archive's rows among them.

    What drift is measured against, too, has to be what the history has as last applied.

    Exits with 1 where anything does not fit, and says where.
    """
    anchor = read_anchor(anchor_file) if anchor_file else None
    output = Output(settings)
    with output.progress("Verifying the audit log"):
        done = operations.verify_audit(_request(settings), anchor, database_of(settings))
    shown = verification_as_json if settings.json else verification_as_text
    output.data(shown(done.verification, done.names))
    return FAILED if done.verification.tampering else DONE


@click.command(cls=Command, example="reconciler audit anchor --out anchors/2026-11.json")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a file.")
@click.pass_obj
def anchor(settings: Settings, out: Path | None) -> int:
    """Print the newest link of every site's chain, as JSON.

    Kept in git, or printed and signed, it shows later that the end of no chain was cut off, and
    that no chain was made anew by somebody who owns the database.
    """
    output = Output(settings)
    made = operations.anchor_audit(_request(settings), database_of(settings))
    if out is None:
        output.data(anchor_as_json(made))
        return DONE
    write_file(out, anchor_as_json(made))
    output.say(f"{counted(len(made.heads), 'head')} written to {out}.")
    return DONE


def _request(settings: Settings) -> AuditRequest:
    return AuditRequest(settings.desired_state, settings.sites)
