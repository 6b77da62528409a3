"""Adopting an installation that MachShop's own tables describe: all of it in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from reconciler import __version__
from reconciler.database import adoption as database
from reconciler.database.audit import site_names
from reconciler.database.connection import Connection, writing
from reconciler.database.migrations import (
    apply_all,
    lock_for_migrating,
    require_machshop_tables,
)
from reconciler.database.snapshots import sites_with_records, write_snapshots
from reconciler.database.writer import RunRecord, record_run, refresh_views_within
from reconciler.model.adoption import Adoption, AdoptionFinding, JudgedConfiguration
from reconciler.rules.stored_configuration import judged

UTC = "UTC"


def adopt(
    connection: Connection, zone: str = UTC, *, commit: bool = True, lock_timeout: float = 60.0
) -> Adoption | None:
    """Take over MachShop's own tables with every row, and apply all migrations. Commits once.

    Args:
        connection: in autocommit mode.
        zone: in which time zone its times without one are.
        commit: without it everything is done and taken back.
        lock_timeout: seconds to wait for the lock of another run.

    Returns:
        What was done; None where there is nothing to adopt, and nothing was done.

    Raises:
        ReconcilerError: the tables are not in their form, or something stands on them.
        UsageError: there is no such time zone.
    """
    if not database.is_adoptable(connection):
        return None
    require_machshop_tables(connection)
    database.require_time_zone(connection, zone)
    with writing(connection, commit=commit):
        lock_for_migrating(connection, lock_timeout)
        if not database.is_adoptable(connection):
            return None
        return _adopted(connection, zone, committed=commit)


def _adopted(connection: Connection, zone: str, *, committed: bool) -> Adoption:
    database.set_aside(connection)
    apply_all(connection)
    found = list(_judged(connection))
    database.stage(connection, found)
    run = _run(zone, len(found))
    record_run(connection, run)
    database.write(connection, run.id, zone)
    sites = sites_with_records(connection)
    write_snapshots(connection, sites, f"adoption {run.id}", run.started_by, run.id)
    tables = database.counts(connection)
    findings = (*_findings(found), *database.row_findings(connection))
    database.drop_aside(connection)
    refresh_views_within(connection)
    return Adoption(
        run_id=run.id,
        timestamps_in=zone,
        tables=tables,
        sites=len(sites),
        names=site_names(connection),
        findings=findings,
        committed=committed,
    )


def _judged(
    connection: Connection,
) -> Iterator[tuple[database.FoundConfiguration, JudgedConfiguration]]:
    for found in database.found_configurations(connection):
        yield found, judged(*found.key, found.version, found.text)


def _findings(
    found: list[tuple[database.FoundConfiguration, JudgedConfiguration]],
) -> Iterator[AdoptionFinding]:
    for configuration, judgement in found:
        for code, place, message in judgement.problems:
            yield AdoptionFinding(
                code, "site_extension_configs", *configuration.key, place, message
            )


def _run(zone: str, configurations: int) -> RunRecord:
    return RunRecord(
        id=uuid4(),
        kind="adoption",
        status="applied",
        plan_id=None,
        commit_id=None,
        started_by=None,
        message=f"adopted MachShop's own tables; their times were taken to be in {zone}",
        summary={"adopted": configurations},
        tool_version=__version__,
    )
