"""The settled sites in the database: read by plans, written by applies. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.desired import ConfigurationKey
from reconciler.model.settled import LeftUnread, Noted, Settled, SettledSite


def read_settled(connection: Connection, today: date) -> Settled | None:
    """Return which sites are settled; None where no apply has written that yet."""
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("settled/state"), {"today": today}).fetchone()
    if row is None:
        return None
    commit, context, on, slugs, trees, signed, outdated = row
    return Settled(
        commit=commit,
        context=context,
        on=on,
        trees=dict(zip(slugs, trees, strict=True)),
        signed=frozenset(signed),
        outdated=frozenset(outdated),
    )


def read_unread(
    connection: Connection, settled: Settled, but_for: frozenset[str]
) -> LeftUnread | None:
    """Return what is known of the settled sites but for some.

    None where it is not what was known of ``settled``: one was taken out since, or two have one
    name.
    """
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("settled/unread"), {"but_for": list(but_for)}).fetchone()
    trees = {slug: tree for slug, tree in settled.trees.items() if slug not in but_for}
    if row is None or row[0] != len(trees):
        return None
    _, configurations, findings, needed, others = row
    return LeftUnread(
        context=settled.context,
        trees=trees,
        but_for=but_for,
        configurations=configurations,
        findings=tuple(findings),
        needed_signoffs=tuple(needed),
        others=tuple(others),
    )


def read_sites(connection: Connection, unread: LeftUnread | None) -> dict[str, SettledSite]:
    """Return what is noted of each settled site that was not left unread."""
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query("settled/sites"), _those_read(unread)).fetchall()
    return {site.slug: site for site in map(SettledSite._make, rows)}


def write_settled(connection: Connection, noted: Noted, unread: LeftUnread | None = None) -> None:
    """Make these the settled sites, in the caller's transaction.

    Args:
        connection: in a transaction that the caller commits.
        noted: the sites that were looked at.
        unread: others, which stay as they are.
    """
    connection.execute(query("settled/stage"))
    with connection.cursor().copy(query("settled/copy")) as copy:
        for site in noted.sites.values():
            copy.write_row(site)
    connection.execute(query("settled/write"))
    connection.execute(query("settled/delete_others"), _those_read(unread))
    connection.execute(
        query("settled/write_state"),
        {
            "commit_id": noted.commit,
            "context": noted.context,
            "settled_on": noted.on,
        },
    )


def _those_read(unread: LeftUnread | None) -> dict[str, bool | list[str]]:
    return {"every": unread is None, "slugs": list(unread.but_for) if unread else []}


def ids_of(connection: Connection, but_for: Collection[str]) -> dict[UUID, str]:
    """Return the names of the settled sites but for some, by their ids."""
    with connection.cursor(binary=True) as cursor:
        return dict(cursor.execute(query("settled/ids"), {"but_for": list(but_for)}).fetchall())


def are_unread(connection: Connection, unread: LeftUnread, sites: Collection[UUID]) -> bool:
    """Return whether any of ``sites`` has the id of one that was left unread."""
    parameters = {"sites": list(sites), "but_for": list(unread.but_for)}
    row = connection.execute(query("settled/are_unread"), parameters).fetchone()
    return row is not None and bool(row[0])


def enabled_at(connection: Connection, unread: LeftUnread) -> frozenset[tuple[str, str]]:
    """Return the extensions that are live at the unread sites, each with its version."""
    rows = connection.execute(query("settled/enabled"), {"but_for": list(unread.but_for)})
    return frozenset((extension, version) for extension, version in rows)


def followers_at(
    connection: Connection, unread: LeftUnread, versions: Sequence[tuple[str, str]]
) -> tuple[tuple[ConfigurationKey, str], ...]:
    """Return at which unread sites some extensions are live in these versions, in order."""
    if not versions:
        return ()
    rows = connection.execute(
        query("settled/followers"),
        {
            "but_for": list(unread.but_for),
            "extensions": [extension for extension, _ in versions],
            "versions": [version for _, version in versions],
        },
    )
    return tuple(sorted((ConfigurationKey(site, name), version) for site, name, version in rows))


def live_counts(
    connection: Connection, enough: Mapping[str, int], but_for: Collection[UUID]
) -> dict[str, int]:
    """Return at how many sites, those of ``but_for`` aside, extensions are live.

    ``enough`` says for each extension how far it is counted: there may be any number.
    """
    if not enough:
        return {}
    rows = connection.execute(
        query("settled/counts"),
        {
            "extensions": list(enough),
            "enough": list(enough.values()),
            "but_for": list(but_for),
        },
    )
    return dict(rows.fetchall())
