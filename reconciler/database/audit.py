"""The audit log as evidence: its chain, read and verified. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.database.state import require_every_site
from reconciler.model.errors import ReconcilerError
from reconciler.model.evidence import ChainHead, Mismatch, Tampering


def require_records(connection: Connection) -> None:
    """Make sure that the records can be read, and all of them: a part would pass for the whole.

    Raises:
        ReconcilerError: the login may not read them, or does not see every site.
    """
    if connection.execute(query("audit/readable")).fetchone() != (True,):
        raise ReconcilerError(
            "this login may not read the records of the installation",
            "Have it made a member of reconciler_auditor. A member of reconciler_reader reads "
            "those of its granted sites in SQL, in the schema granted_sites.",
        )
    require_every_site(connection)


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


def wrongly_rolled_up(
    connection: Connection, sites: Collection[UUID] | None, most: int
) -> list[Tampering]:
    """Return the first ``most`` sites whose newest roll-up is not what the history gives."""
    asked = {"sites": _listed(sites), "most": most}
    rows = connection.execute(query("audit/rolled_up"), asked)
    return [Tampering(site_id, Mismatch.ROLLUP_DIFFERS) for (site_id,) in rows]


def archive(connection: Connection, before: datetime) -> int:
    """Move the audit rows from before a time into the archive; return how many. The caller commits.

    Raises:
        psycopg.Error: not all could be moved; the caller's transaction must be rolled back.
    """
    row = connection.execute(query("audit/archive"), {"before": before}).fetchone()
    return int(row[0]) if row else 0


def _listed(sites: Collection[UUID] | None) -> list[UUID] | None:
    return None if sites is None else list(sites)
