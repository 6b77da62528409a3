"""``reconciler db migrate|status|bootstrap|archive|doctor``."""

from __future__ import annotations

import json
from datetime import datetime

import click

from reconciler.cli.app import Command, LazyGroup
from reconciler.cli.instants import Instant
from reconciler.cli.output import Output
from reconciler.cli.requests import DIFFERENT, DONE, FAILED, database_of
from reconciler.operations import database as operations
from reconciler.operations.adoption import UTC as UTC_ZONE
from reconciler.operations.desired_state import Source
from reconciler.operations.doctor import examine
from reconciler.report.adoption_text import adoption_as_json, adoption_as_text
from reconciler.report.counting import counted
from reconciler.report.weaknesses import examination_as_json, examination_as_text
from reconciler.settings import Settings

_HERE = "reconciler.cli.database"


@click.group(
    cls=LazyGroup,
    example="reconciler db bootstrap",
    lazy={
        "archive": (f"{_HERE}:archive", "Move old audit rows into the archive."),
        "bootstrap": (
            f"{_HERE}:bootstrap",
            "Migrate, and add the sites and users that are absent.",
        ),
        "doctor": (f"{_HERE}:doctor", "Show every way past what the schema promises."),
        "migrate": (f"{_HERE}:migrate", "Apply the migrations that are pending."),
        "status": (f"{_HERE}:status", "Show which migrations are applied and pending."),
    },
)
def db() -> None:
    """Create and inspect the schema."""


@click.command(
    cls=Command,
    example="DATABASE_URL=postgresql://… reconciler db migrate\n"
    "reconciler db migrate --check --timestamps-in America/New_York",
)
@click.option("--check", is_flag=True, help="Try it, say what came of it, and change nothing.")
@click.option(
    "--timestamps-in",
    metavar="ZONE",
    default=UTC_ZONE,
    show_default=True,
    help="The time zone of the times in MachShop's own tables.",
)
@click.pass_obj
def migrate(settings: Settings, check: bool, timestamps_in: str) -> int:
    """Apply every pending migration, each in its own transaction under a lock.

    Where MachShop's own tables are, they are adopted with every row, in one transaction, and what
    does not validate in them is listed.
    """
    output = Output(settings)
    done = operations.migrate_schema(
        database_of(settings), timestamps_in=timestamps_in, commit=not check
    )
    for migration in done.migrations:
        output.say(f"{'pending' if check else 'applied'} {migration.version:04d} {migration.name}")
    if done.adoption:
        shown = adoption_as_json if settings.json else adoption_as_text
        output.data(shown(done.adoption))
    if not done.migrations:
        output.say("The schema is up to date.")
    return DONE


@click.command(cls=Command, example="reconciler db status")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where one is pending.")
@click.pass_obj
def status(settings: Settings, detailed_exitcode: bool) -> int:
    """Show which migrations the database has and lacks; an edited one is an error."""
    output = Output(settings)
    found = operations.schema_status(database_of(settings))
    listed = [("applied", m) for m in found.applied] + [("pending", m) for m in found.pending]
    if settings.json:
        rows = [{"version": m.version, "name": m.name, "state": state} for state, m in listed]
        output.data(json.dumps({"migrations": rows}, indent=2))
    else:
        output.data("\n".join(f"{m.version:04d}  {state}  {m.name}" for state, m in listed))
    return DIFFERENT if detailed_exitcode and found.pending else 0


@click.command(cls=Command, example="reconciler db bootstrap")
@click.pass_obj
def bootstrap(settings: Settings) -> int:
    """Prepare a database: MachShop's sites and users where absent, and the schema.

    Existing rows of MachShop's tables are never altered.
    """
    output = Output(settings)
    done = operations.bootstrap(Source(settings.desired_state), database_of(settings))
    output.say(
        f"{counted(done.migrations, 'migration')} applied, {counted(done.sites, 'site')} and "
        f"{counted(done.users, 'user')} added."
    )
    return 0


@click.command(cls=Command, example="reconciler db archive --before 2025-01-01")
@click.option(
    "--before",
    required=True,
    type=Instant(),
    metavar="DATE",
    help="A day in UTC, or an instant such as 2025-01-01T06:00:00Z.",
)
@click.pass_obj
def archive(settings: Settings, before: datetime) -> int:
    """Move the audit rows from before DATE out of the log and into the archive.

    The archive is as closed as the log, and `audit verify` goes over both.
    """
    moved = operations.archive_audit(before, database_of(settings))
    Output(settings).say(f"{counted(moved, 'audit row')} moved into the archive.")
    return 0


@click.command(
    cls=Command, example="reconciler db doctor\nreconciler db doctor --json | jq '.weaknesses'"
)
@click.pass_obj
def doctor(settings: Settings) -> int:
    """Compare the live schema with what the migrations make, and look for ways past it.

    Reads PostgreSQL's own catalog in one read-only transaction; any login may. Exits with 1
    where there is an error; a warning is for a person to judge.
    """
    done = examine(database_of(settings))
    shown = examination_as_json if settings.json else examination_as_text
    Output(settings).data(shown(done))
    return DONE if done.passed else FAILED
