"""The settled sites in the database: read by plans, written by applies. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.desired import ConfigurationKey
from reconciler.model.settled import Noted, Relied, Settled, SettledSite


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


def read_relied(connection: Connection, settled: Settled, but_for: Collection[str]) -> Relied:
    """Return what is known of the settled sites but for some.

    Raises:
        ValueError: there are two of one name.
    """
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(query("settled/relied_on"), {"but_for": list(but_for)}).fetchone()
    number, configurations, findings, needed = row or (0, 0, [], [])
    trees = {slug: tree for slug, tree in settled.trees.items() if slug not in but_for}
    if number != len(trees):
        raise ValueError("what is kept of settled sites was altered")
    return Relied(trees, tuple(but_for), configurations, tuple(findings), tuple(needed))


def read_sites(connection: Connection, relied: Relied | None) -> dict[str, SettledSite]:
    """Return what is noted of each settled site that is not relied on."""
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query("settled/sites"), _not_relied_on(relied)).fetchall()
    return {site.slug: site for site in map(SettledSite._make, rows)}


def write_settled(connection: Connection, noted: Noted, relied: Relied | None = None) -> None:
    """Make these the settled sites, in the caller's transaction.

    Args:
        connection: in a transaction that the caller commits.
        noted: the sites that were looked at.
        relied: others, which stay as they are.
    """
    connection.execute(query("settled/stage"))
    with connection.cursor().copy(query("settled/copy")) as copy:
        for site in noted.sites.values():
            copy.write_row(site)
    connection.execute(query("settled/write"))
    connection.execute(query("settled/delete_others"), _not_relied_on(relied))
    connection.execute(
        query("settled/write_state"),
        {
            "commit_id": noted.commit,
            "context": noted.context,
            "settled_on": noted.on,
        },
    )


def _not_relied_on(relied: Relied | None) -> dict[str, bool | list[str]]:
    return {"every": relied is None, "slugs": list(relied.but_for) if relied else []}


def ids_of(connection: Connection, but_for: Collection[str]) -> dict[UUID, str]:
    """Return the names of the settled sites but for some, by their ids."""
    with connection.cursor(binary=True) as cursor:
        return dict(cursor.execute(query("settled/ids"), {"but_for": list(but_for)}).fetchall())


def are_relied_on(connection: Connection, relied: Relied, sites: Collection[UUID]) -> bool:
    """Return whether any of ``sites`` has the id of one that is relied on."""
    parameters = {"sites": list(sites), "but_for": list(relied.but_for)}
    row = connection.execute(query("settled/are_relied_on"), parameters).fetchone()
    return row is not None and bool(row[0])


def other_sites(connection: Connection, relied: Relied) -> list[UUID]:
    """Return the installation's sites that are not relied on."""
    rows = connection.execute(query("settled/other_sites"), {"but_for": list(relied.but_for)})
    return [site_id for (site_id,) in rows]


def enabled_at(connection: Connection, relied: Relied) -> frozenset[tuple[str, str]]:
    """Return the extensions that are live where it is relied on, each with its version."""
    rows = connection.execute(query("settled/enabled"), {"but_for": list(relied.but_for)})
    return frozenset((extension, version) for extension, version in rows)


def followers_at(
    connection: Connection, relied: Relied, versions: Sequence[tuple[str, str]]
) -> tuple[tuple[ConfigurationKey, str], ...]:
    """Return where it is relied on that some extensions are live in these versions, in order."""
    if not versions:
        return ()
    rows = connection.execute(
        query("settled/followers"),
        {
            "but_for": list(relied.but_for),
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
