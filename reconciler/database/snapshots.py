"""Snapshots: written with one statement for all sites, and read. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.evidence import stream
from reconciler.database.row_counts import expect_rows
from reconciler.database.sql_files import query
from reconciler.model.snapshot import (
    Entry,
    KeptConfiguration,
    KeptSignature,
    SignatureRow,
    SignaturesKept,
    Snapshot,
)
from reconciler.model.stored import shown_value


def write_snapshots(
    connection: Connection,
    sites: Collection[UUID],
    reason: str,
    created_by: UUID | None,
    run_id: UUID | None,
) -> list[UUID]:
    """Write one snapshot a site, as it is now; return their ids.

    Raises:
        ReconcilerError: one was not written; the caller's transaction must be rolled back.
    """
    written = connection.execute(
        query("apply/write_snapshots"),
        {"sites": list(sites), "reason": reason, "created_by": created_by, "run_id": run_id},
    ).fetchall()
    expect_rows(len(written), len(sites))
    return [snapshot_id for (snapshot_id,) in written]


def sites_with_records(connection: Connection) -> set[UUID]:
    """Return the sites that have, or had, a configuration."""
    return {site_id for (site_id,) in connection.execute(query("snapshots/sites"))}


def snapshots(
    connection: Connection,
    sites: Collection[UUID] | None = None,
    *,
    ids: Collection[UUID] | None = None,
    beginning: str = "",
    most: int | None = None,
) -> list[Snapshot]:
    """Return snapshots, newest first.

    Args:
        connection: where to read.
        sites: only these; None is all.
        ids: only these; None is all.
        beginning: how their ids begin.
        most: not more than so many.
    """
    asked = {
        "sites": None if sites is None else list(sites),
        "ids": None if ids is None else list(ids),
        "beginning": beginning,
        "most": most,
    }
    return [Snapshot(*row) for row in connection.execute(query("snapshots/list"), asked)]


def kept_configurations(connection: Connection, snapshot: Snapshot) -> dict[str, KeptConfiguration]:
    """Return what a snapshot holds, by extension id."""
    asked = {"site": snapshot.site_id, "id": snapshot.id}
    rows = connection.execute(query("snapshots/configurations"), asked)
    return {extension: _kept(*row) for extension, *row in rows}


def live_configurations(connection: Connection, site: UUID) -> dict[str, KeptConfiguration]:
    """Return what is live at a site, by extension id."""
    rows = connection.execute(query("snapshots/live"), {"site": site})
    return {extension: _kept(*row) for extension, *row in rows}


def kept_signatures(connection: Connection, snapshot: Snapshot) -> list[KeptSignature]:
    """Return the signatures that a snapshot holds, as they are ordered in it."""
    asked = {"site": snapshot.site_id, "id": snapshot.id}
    return [KeptSignature(*row) for row in connection.execute(query("snapshots/signoffs"), asked)]


def entries(connection: Connection, sites: Collection[UUID] | None) -> Iterator[Entry]:
    """Yield every entry of every snapshot beside the history, as a stream; oldest first."""
    asked = {"sites": None if sites is None else list(sites)}
    return (Entry(*row) for row in stream(connection, "snapshots/verify", asked))


def recorded_signatures(
    connection: Connection, sites: Collection[UUID] | None
) -> Iterator[SignatureRow]:
    """Yield every recorded signature, as a stream."""
    asked = {"sites": None if sites is None else list(sites)}
    return (
        SignatureRow(*row) for row in stream(connection, "snapshots/recorded_signatures", asked)
    )


def signatures_kept(
    connection: Connection, sites: Collection[UUID] | None
) -> Iterator[SignaturesKept]:
    """Yield what each snapshot holds of signatures, as a stream; oldest first."""
    asked = {"sites": None if sites is None else list(sites)}
    return (SignaturesKept(*row) for row in stream(connection, "snapshots/kept_signatures", asked))


def _kept(
    version: str | None, config_hash: str | None, digest: str | None, text: str | None
) -> KeptConfiguration:
    return KeptConfiguration(version, config_hash, digest, shown_value(text), text is not None)
