"""The audit log as evidence: its chain, read and verified. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.evidence import ChainHead, Mismatch, Tampering


def site_names(connection: Connection) -> dict[UUID, str]:
    """Return the names of all sites, by id."""
    return dict(connection.execute(query("audit/sites")).fetchall())


def chain_heads(connection: Connection, sites: Collection[UUID] | None = None) -> list[ChainHead]:
    """Return the newest link of each site's chain, by site id; ``sites`` narrows, None is all."""
    rows = connection.execute(query("audit/heads"), {"sites": _listed(sites)})
    return [
        ChainHead(site_id=site_id, name=name, position=position, hash=hash_)
        for site_id, name, position, hash_ in rows
    ]


def extent(connection: Connection, sites: Collection[UUID] | None) -> tuple[int, int]:
    """Return how many audit rows, the archive's among them, and how many links there are."""
    row = connection.execute(query("audit/extent"), {"sites": _listed(sites)}).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def tampering(connection: Connection, sites: Collection[UUID] | None, most: int) -> list[Tampering]:
    """Return the first ``most`` places where rows and chain do not fit, by site and position."""
    asked = {"sites": _listed(sites), "most": most}
    return [
        Tampering(site_id, Mismatch(problem), position, audit_id, sequence)
        for site_id, position, audit_id, sequence, problem in connection.execute(
            query("audit/verify"), asked
        )
    ]


def unanchored(connection: Connection, heads: Sequence[ChainHead]) -> list[Tampering]:
    """Return the heads that the chains do not hold any more where they were."""
    asked = {
        "sites": [head.site_id for head in heads],
        "positions": [head.position for head in heads],
    }
    found = dict(connection.execute(query("audit/anchored"), asked).fetchall())
    return [
        Tampering(
            head.site_id,
            Mismatch.ANCHOR_DIFFERS if head.site_id in found else Mismatch.ANCHOR_MISSING,
            head.position,
        )
        for head in heads
        if found.get(head.site_id) != head.hash
    ]


def archive(connection: Connection, before: datetime) -> int:
    """Move the audit rows from before a time into the archive; return how many. The caller commits.

    Raises:
        psycopg.Error: not all could be moved; the caller's transaction must be rolled back.
    """
    row = connection.execute(query("audit/archive"), {"before": before}).fetchone()
    return int(row[0]) if row else 0


def _listed(sites: Collection[UUID] | None) -> list[UUID] | None:
    return None if sites is None else list(sites)
