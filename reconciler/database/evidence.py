"""Reading the records to be shown and handed over, as a stream: a million need no more room.

Nothing here opens or ends a transaction; cursors live in the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.evidence import AuditRecord, ChainPart, SignatureRecord, TimeRange

_ROWS_A_TRIP = 2000


def chain_parts(
    connection: Connection, sites: Collection[UUID] | None, times: TimeRange
) -> list[ChainPart]:
    """Return which part of each site's chain a range of time covers, by site id."""
    rows = connection.execute(query("evidence/parts"), _asked(sites, times))
    return [ChainPart(*row) for row in rows]


def links(connection: Connection, parts: Sequence[ChainPart]) -> Iterator[AuditRecord]:
    """Yield the rows of parts of the chains, each with its link, in the order of the chains.

    At each site follow the rows that no link names, if there are any.
    """
    asked = {
        "sites": [part.site_id for part in parts],
        "firsts": [part.first for part in parts],
        "lasts": [part.last for part in parts],
    }
    return (AuditRecord(*row) for row in stream(connection, "evidence/links", asked))


def changes(
    connection: Connection,
    sites: Collection[UUID] | None,
    times: TimeRange,
    run: str | None = None,
) -> Iterator[AuditRecord]:
    """Yield audit rows, log and archive, oldest first; ``run`` is how the id of a run begins."""
    asked = _asked(sites, times) | {"run": run}
    return (AuditRecord(*row) for row in stream(connection, "evidence/changes", asked))


def signatures(
    connection: Connection, sites: Collection[UUID] | None, times: TimeRange
) -> Iterator[SignatureRecord]:
    """Yield the signatures recorded in a range of time, in the order of signing."""
    rows = stream(connection, "evidence/signatures", _asked(sites, times))
    return (SignatureRecord(*row) for row in rows)


def runs(connection: Connection, sites: Collection[UUID] | None, times: TimeRange) -> Iterator[str]:
    """Yield runs as lines of JSON, oldest first; with ``sites`` only those that wrote there."""
    return (line for (line,) in stream(connection, "evidence/runs", _asked(sites, times)))


def versions(
    connection: Connection, sites: Collection[UUID] | None, times: TimeRange
) -> Iterator[str]:
    """Yield the configurations that were applied as lines of JSON, by site and extension."""
    return (line for (line,) in stream(connection, "evidence/versions", _asked(sites, times)))


def _asked(sites: Collection[UUID] | None, times: TimeRange) -> dict[str, Any]:
    listed = None if sites is None else list(sites)
    return {"sites": listed, "since": times.since, "until": times.until}


def stream(connection: Connection, name: str, asked: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a named query by a cursor of the server, in the caller's transaction."""
    # All rows are fetched: a plan for the first tenth of them would be the slower one.
    connection.execute("SELECT set_config('cursor_tuple_fraction', '1', TRUE)")
    # Entered twice: where the connection is lost while the cursor is closed, psycopg leaves the
    # cursor open (its issue 173), and takes note of that only when it is closed once more.
    with connection.cursor(name=name.replace("/", "_")) as cursor, cursor:
        cursor.itersize = _ROWS_A_TRIP
        cursor.execute(query(name), asked)
        yield from cursor
