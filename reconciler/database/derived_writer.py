"""Writing the derived records of sites: staged by COPY, then by one statement a table.

A part of a run's transaction, after its configurations and versions. What is not live as it was
validated is left alone, since nothing is known about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from reconciler.database.connection import Connection
from reconciler.database.row_counts import expect_rows
from reconciler.database.sql_files import query
from reconciler.model.derived import SiteConflict, SiteRecords
from reconciler.model.errors import ReconcilerError
from reconciler.model.relations import ConfigurationVerdict, Resolution


def write_derived(
    connection: Connection, sites: Sequence[SiteRecords], *, run_id: UUID, revision: str
) -> None:
    """Make the database's derived records of ``sites`` these; the run's changes stand staged.

    ``revision`` says where the desired state was read, such as "at commit 0123abc".

    Raises:
        ReconcilerError: the database shows others than these; the caller's transaction must be
            rolled back.
    """
    _stage(connection, sites)
    connection.execute(query("derived/mark_live_verdicts"))
    connection.execute(query("derived/mark_live_conflicts"))
    for table in ("requirements", "dependencies"):
        connection.execute(query(f"derived/delete_{table}"))
        connection.execute(query(f"derived/write_{table}"))
    gone = connection.execute(query("derived/find_gone_conflicts")).rowcount
    resolved = connection.execute(
        query("derived/resolve_conflicts"), {"run_id": run_id, "revision": revision}
    )
    expect_rows(resolved.rowcount, gone)
    connection.execute(query("derived/write_conflicts"))
    connection.execute(query("derived/write_verdicts"))
    digests = connection.execute(query("derived/write_digests"), {"run_id": run_id})
    expect_rows(digests.rowcount, len(sites))
    _require_recorded(connection)


def _stage(connection: Connection, sites: Sequence[SiteRecords]) -> None:
    connection.execute(query("derived/stage_gone_conflicts"))
    _copied(connection, "sites", ((site.site_id, site.digest) for site in sites))
    _copied(connection, "verdicts", (_verdict(it) for site in sites for it in site.verdicts))
    _copied(connection, "requirements", (row for site in sites for row in _requirements(site)))
    _copied(
        connection, "dependencies", (_dependency(it) for site in sites for it in site.resolutions)
    )
    _copied(
        connection,
        "conflicts",
        (_conflict(site.site_id, it) for site in sites for it in site.conflicts),
    )


def _copied(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Make a temporary table and copy ``rows`` to it."""
    connection.execute(query(f"derived/stage_{table}"))
    with connection.cursor().copy(query(f"derived/copy_{table}")) as copy:
        for row in rows:
            copy.write_row(row)


def _verdict(verdict: ConfigurationVerdict) -> tuple[Any, ...]:
    return (
        verdict.key.site_id,
        verdict.key.extension_id,
        verdict.config_hash,
        verdict.validated,
        Jsonb(list(verdict.errors)) if verdict.errors else None,
        list(verdict.conflicting) or None,
    )


def _requirements(site: SiteRecords) -> Iterator[tuple[Any, ...]]:
    for it in site.required:
        yield site.site_id, it.extension, it.aspect, it.role, it.enforced


def _dependency(resolution: Resolution) -> tuple[Any, ...]:
    return (
        resolution.key.site_id,
        resolution.key.extension_id,
        resolution.type.value,
        resolution.dependency,
        resolution.wanted,
        resolution.resolved_version,
        resolution.resolved_provider,
        resolution.satisfied,
        resolution.reason,
    )


def _conflict(site_id: UUID, conflict: SiteConflict) -> tuple[Any, ...]:
    return (
        site_id,
        conflict.extension,
        conflict.other,
        conflict.other_site,
        conflict.type.value,
        conflict.scope.value if conflict.scope else None,
        conflict.capability,
        conflict.resource,
        conflict.policy,
        conflict.other_policy,
        conflict.severity.value,
        conflict.reason,
    )


def _require_recorded(connection: Connection) -> None:
    remaining = connection.execute(query("derived/remaining_records")).fetchall()
    if remaining:
        named = ", ".join(f"{extension} at {site}" for site, extension in remaining)
        raise ReconcilerError(
            f"after writing, the database's derived records still differ: {named}",
            "Nothing was changed. Look for a trigger that alters or suppresses what is written.",
        )
