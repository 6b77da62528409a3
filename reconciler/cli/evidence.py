"""``reconciler audit show|export|check``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.anchor_file import read_anchor
from reconciler.cli.app import Command
from reconciler.cli.instants import Instant
from reconciler.cli.output import Output
from reconciler.cli.requests import DONE, FAILED, database_of
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.model.evidence import TimeRange
from reconciler.operations.audit import AuditRequest
from reconciler.operations.evidence import ChangeQuery, Evidence, open_changes, open_evidence
from reconciler.report.audit_text import entries_as_text, records_as_json
from reconciler.report.change_entry import change_entry
from reconciler.report.counting import counted
from reconciler.report.evidence_archive import write_archive
from reconciler.report.evidence_check import (
    Checked,
    check_archive,
    checked_as_json,
    checked_as_text,
)
from reconciler.report.evidence_text import anchor_as_json
from reconciler.settings import Settings

since_option = click.option(
    "--since",
    type=Instant(),
    metavar="DATE",
    help="From then on: a day in UTC, or an instant such as 2026-11-01T06:00:00Z.",
)
until_option = click.option(
    "--until",
    type=Instant(),
    metavar="DATE",
    help="What is before then, and not that day itself.",
)


@click.command(
    cls=Command,
    example="reconciler audit show --site hartford --since 2026-11-01\n"
    "reconciler audit show --extension 'sap-*' --json",
)
@since_option
@until_option
@click.option(
    "--run", metavar="ID", help="Only what this run did; the beginning of its id will do."
)
@click.pass_obj
def show(
    settings: Settings, since: datetime | None, until: datetime | None, run: str | None
) -> int:
    """Show what changed, oldest first: when, who, what, why, the commit and the values.

    Edits outside the reconciler are among it, and what was moved into the archive. -v lists hashes
    and ids as well.
    """
    output = Output(settings)
    wanted = ChangeQuery(settings.extensions, TimeRange(since, until), run)
    with open_changes(_request(settings), wanted, database_of(settings)) as opened:
        if settings.json:
            for piece in records_as_json(opened.records, opened.names):
                output.piece(piece)
            return DONE
        entries = (change_entry(each, opened.names, opened.people) for each in opened.records)
        for text in entries_as_text(entries, whole=settings.verbosity > 0):
            output.piece(text)
    return DONE


@click.command(
    cls=Command,
    example="reconciler audit export --site hartford --since 2026-01-01 --out hartford-2026.zip",
)
@since_option
@until_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help="The archive to write.",
)
@click.pass_obj
def export(settings: Settings, since: datetime | None, until: datetime | None, out: Path) -> int:
    """Write one archive for an inspector: audit rows with the proof, signatures, a page to read.

    It holds its own verifier, which needs nothing but Python. The archive is checked once it is
    written; exits with 1 where the audit log is not whole.
    """
    if settings.extensions:
        raise UsageError(
            "an export cannot be narrowed to extensions: a chain is of a whole site",
            "Leave --extension out, or look with `reconciler audit show`.",
        )
    output = Output(settings)
    made_at = datetime.now(UTC).replace(microsecond=0)
    times = TimeRange(since, until)
    with output.progress("Exporting the records"):
        with open_evidence(_request(settings), times, database_of(settings)) as evidence:
            _write(evidence, out, made_at)
        checked = check_archive(out)
    output.say(f"{counted(checked.rows, 'audit row')} written to {out}.")
    return _tell(output, checked)


@click.command(cls=Command, example="reconciler audit check hartford-2026.zip --anchor anchor.json")
@click.argument("archive", type=click.Path(path_type=Path), metavar="FILE.zip")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Heads that `audit anchor` printed: the exported chains must hold them.",
)
@click.pass_obj
def check(settings: Settings, archive: Path, anchor: Path | None) -> int:
    """Verify an export by this program, not by the verifier inside it. Needs no database.

    FILE.zip may be the folder that it was unpacked into. Exits with 1 where a byte is not as it
    was written, or a row is not as it was recorded, and says where.
    """
    if not archive.exists():
        raise ReconcilerError(f"there is no {archive}", "Name what `audit export` wrote.")
    heads = anchor_as_json(read_anchor(anchor)).encode() if anchor else None
    return _tell(Output(settings), check_archive(archive, heads))


def _tell(output: Output, checked: Checked) -> int:
    output.data(checked_as_json(checked) if output.form == "json" else checked_as_text(checked))
    return DONE if checked.passed else FAILED


def _write(evidence: Evidence, out: Path, made_at: datetime) -> None:
    with _replacing(out) as path:
        write_archive(evidence, path, made_at)


@contextmanager
def _replacing(out: Path) -> Iterator[Path]:
    """Yield a path to write to; the file takes the place of ``out`` whole or not at all."""
    partial = out.with_name(f".{out.name}.partial")
    try:
        yield partial
        partial.replace(out)
    except OSError as error:
        raise ReconcilerError(
            f"cannot write {out}: {error.strerror}", "Name a file in a folder you may write to."
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _request(settings: Settings) -> AuditRequest:
    return AuditRequest(settings.desired_state, settings.sites)
