"""The settled sites in the database: read by plans, written by applies. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.desired import ConfigurationKey
from reconciler.model.settled import Settled, SettledSite


def read_settled(connection: Connection) -> Settled | None:
    """Return the settled sites; None where no apply has written them yet."""
    state = connection.execute(query("settled/state")).fetchone()
    if state is None:
        return None
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query("settled/sites")).fetchall()
    commit, context, on = state
    return Settled(commit, context, on, {row[1]: SettledSite._make(row) for row in rows})


def write_settled(
    connection: Connection, settled: Settled, relied_on: Collection[UUID] = ()
) -> None:
    """Make these the settled sites, in the caller's transaction.

    Args:
        connection: in a transaction that the caller commits.
        settled: the sites that were looked at.
        relied_on: others, which stay as they are.
    """
    connection.execute(query("settled/stage"))
    with connection.cursor().copy(query("settled/copy")) as copy:
        for site in settled.sites.values():
            copy.write_row(site)
    connection.execute(query("settled/write"))
    connection.execute(query("settled/delete_others"), {"relied_on": list(relied_on)})
    connection.execute(
        query("settled/write_state"),
        {
            "commit_id": settled.commit,
            "context": settled.context,
            "settled_on": settled.on,
        },
    )


def enabled_at(connection: Connection, sites: Iterable[UUID]) -> frozenset[tuple[str, str]]:
    """Return the extensions that are live at some of ``sites``, each with its version."""
    rows = connection.execute(query("settled/enabled"), {"sites": list(sites)})
    return frozenset((extension, version) for extension, version in rows)


def followers_at(
    connection: Connection, sites: Iterable[UUID], versions: Sequence[tuple[str, str]]
) -> tuple[tuple[ConfigurationKey, str], ...]:
    """Return where at ``sites`` some extensions are live in these versions, in order."""
    if not versions:
        return ()
    rows = connection.execute(
        query("settled/followers"),
        {
            "sites": list(sites),
            "extensions": [extension for extension, _ in versions],
            "versions": [version for _, version in versions],
        },
    )
    return tuple(sorted((ConfigurationKey(site, name), version) for site, name, version in rows))


def live_counts(
    connection: Connection, extensions: Collection[str], but_for: Collection[UUID]
) -> dict[str, int]:
    """Return at how many sites, those of ``but_for`` aside, each of ``extensions`` is live."""
    if not extensions:
        return {}
    rows = connection.execute(
        query("settled/counts"), {"extensions": list(extensions), "but_for": list(but_for)}
    )
    return dict(rows.fetchall())
