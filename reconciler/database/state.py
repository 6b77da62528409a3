"""Reading the database's state: one statement a question, never one a row.

Nothing here opens or ends a transaction: a plan reads inside a read-only one, an apply inside
its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.model.derived import RecordedDigest
from reconciler.model.desired import ConfigurationKey
from reconciler.model.enabled import Enabled
from reconciler.model.errors import ReconcilerError
from reconciler.model.live import (
    DatabaseIdentity,
    DatabaseRow,
    LastChange,
    OutOfBandEdit,
    Row,
)

_MOST_COMPARED = 100_000


class UnmanagedSite(Struct, frozen=True):
    """A site with live configurations that no folder describes."""

    site_id: UUID
    name: str
    configurations: int
    formerly_managed: bool


class SignoffKey(Struct, frozen=True):
    """What makes a signoff the same signoff."""

    key: ConfigurationKey
    config_hash: str
    aspect: str
    signed_by: UUID
    role: str
    signed_at: datetime
    meaning: str


def database_identity(connection: Connection) -> DatabaseIdentity:
    """Return which database this is.

    Raises:
        ReconcilerError: the database holds no reconciler schema.
    """
    row = connection.execute(query("state/identity")).fetchone()
    if row is None or row[2] is None:
        raise ReconcilerError(
            "the database has no reconciler schema", "Run `reconciler db migrate` first."
        )
    return DatabaseIdentity(system_identifier=row[0], database=row[1], schema_version=row[2])


def require_every_site(connection: Connection) -> None:
    """Make sure that what is read is the whole: row-level security withholds without a word.

    Raises:
        ReconcilerError: the login does not see every site.
    """
    if connection.execute(query("state/every_site")).fetchone() != (True,):
        raise ReconcilerError(
            "row-level security withholds sites from this login",
            "Have it made a member of reconciler_service (to apply) or reconciler_auditor "
            "(to plan), and leave the setting app.site_id alone.",
        )


def managed_rows(connection: Connection, sites: Collection[UUID]) -> list[DatabaseRow]:
    """Return every configuration at the managed sites, live and last applied, without bodies."""
    return _rows(connection, "state/overview", {"sites": list(sites)})


def differing_rows(connection: Connection, desired: Mapping[UUID, Enabled]) -> list[DatabaseRow]:
    """Return what is not as desired, or not as last applied, at the sites of ``desired``.

    What is desired and was never there is among it, as a row with neither side.
    """
    found: list[DatabaseRow] = []
    for several in _batches(desired):
        found += _rows(
            connection,
            "state/differing",
            {
                "sites": list(several),
                "extensions": ["\n".join(each.extensions) for each in several.values()],
                "hashes": ["\n".join(each.hashes) for each in several.values()],
            },
        )
    return found


def _batches(desired: Mapping[UUID, Enabled]) -> Iterator[dict[UUID, Enabled]]:
    """Yield sites that are asked for together: what is sent of them has a bound."""
    several: dict[UUID, Enabled] = {}
    number = 0
    for site_id, each in desired.items():
        several[site_id] = each
        number += len(each.extensions)
        if number >= _MOST_COMPARED:
            yield several
            several, number = {}, 0
    if several:
        yield several


def _rows(connection: Connection, name: str, parameters: dict[str, Any]) -> list[DatabaseRow]:
    found = []
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query(name), parameters)
        for site, extension, version, hash_, digest, number, same, *applied in rows:
            live = Row(version, hash_, digest) if hash_ is not None else None
            before = live if same else Row(*applied) if applied[1] is not None else None
            found.append(DatabaseRow(ConfigurationKey(site, extension), live, before, number or 0))
    return found


def drifted_sites(connection: Connection, sites: Collection[UUID]) -> set[UUID]:
    """Return those of ``sites`` where anything live is not what was last applied there.

    They are told by one roll-up a site: of the live rows as they are, and the one that the server
    recorded when the history was last continued. A site without a record that has, or ever had, a
    configuration is among them, so that somebody looks at its rows.
    """
    number = connection.execute(query("state/number_of_sites")).fetchone()
    everywhere = number is not None and 2 * len(sites) >= number[0]
    rows = connection.execute(
        query("state/drifted_sites"), {"sites": list(sites), "everywhere": everywhere}
    )
    return {site_id for (site_id,) in rows}


def extensions_at(connection: Connection, sites: Collection[UUID]) -> set[str]:
    """Return which extensions are live at ``sites`` or were ever applied there."""
    rows = connection.execute(query("state/extensions_at"), {"sites": list(sites)})
    return {extension for (extension,) in rows}


def unmanaged_sites(
    connection: Connection, sites: Collection[UUID], among: Collection[UUID] | None = None
) -> list[UnmanagedSite]:
    """Return the sites with live configurations that are not in ``sites``; of all, or ``among``."""
    rows = connection.execute(
        query("state/unmanaged"),
        {"sites": list(sites), "everywhere": among is None, "among": list(among or ())},
    )
    return [UnmanagedSite(*row) for row in rows]


def recorded_digests(connection: Connection, sites: Collection[UUID]) -> dict[UUID, RecordedDigest]:
    """Return with which digests the derived records of ``sites`` were last written."""
    rows = connection.execute(query("state/recorded_digests"), {"sites": list(sites)})
    return {site_id: RecordedDigest(digest, run_id) for site_id, digest, run_id in rows}


def live_bodies(
    connection: Connection, keys: Sequence[ConfigurationKey]
) -> dict[ConfigurationKey, str]:
    """Return what the configurations hold that are live among ``keys``, as JSON."""
    rows = connection.execute(query("state/live_bodies"), _key_arrays(keys))
    return {ConfigurationKey(site_id, extension_id): text for site_id, extension_id, text in rows}


def out_of_band_edits(
    connection: Connection, keys: Sequence[ConfigurationKey]
) -> dict[ConfigurationKey, OutOfBandEdit]:
    """Return the newest edit made outside the reconciler for each of ``keys`` that has one."""
    rows = connection.execute(query("state/out_of_band"), _key_arrays(keys))
    return {
        ConfigurationKey(site_id, extension_id): OutOfBandEdit(
            who, at, application, address, tuple(sorted(set(before)))
        )
        for site_id, extension_id, who, at, application, address, before in rows
    }


def newest_changes(
    connection: Connection, keys: Sequence[ConfigurationKey]
) -> dict[ConfigurationKey, LastChange]:
    """Return the newest audit entry about each of ``keys`` that has one."""
    rows = connection.execute(query("state/newest_changes"), _key_arrays(keys))
    return {
        ConfigurationKey(site_id, extension_id): LastChange(*facts)
        for site_id, extension_id, *facts in rows
    }


def applied_commits(
    connection: Connection, keys: Sequence[ConfigurationKey]
) -> dict[ConfigurationKey, str]:
    """Return the commit that each of ``keys`` was last applied from, where one is recorded."""
    rows = connection.execute(query("state/applied_commits"), _key_arrays(keys))
    return {
        ConfigurationKey(site_id, extension_id): commit for site_id, extension_id, commit in rows
    }


def run_that_applied(connection: Connection, plan_id: str) -> tuple[UUID, datetime] | None:
    """Return which run applied a plan, and when; None if none did."""
    row = connection.execute(query("state/plan_applied"), {"plan_id": plan_id}).fetchone()
    return (row[0], row[1]) if row else None


def views_behind(connection: Connection) -> bool:
    """Return whether something was applied since the reporting views were refreshed."""
    row = connection.execute(query("state/views_behind")).fetchone()
    return bool(row and row[0])


def known_sites(connection: Connection, sites: Iterable[UUID]) -> set[UUID]:
    """Return which of ``sites`` the installation has."""
    rows = connection.execute(query("state/known_sites"), {"ids": list(sites)})
    return {site_id for (site_id,) in rows}


def known_users(connection: Connection, usernames: Iterable[str]) -> dict[str, UUID]:
    """Return the installation's ids of those ``usernames`` that it has."""
    rows = connection.execute(query("state/known_users"), {"usernames": list(usernames)})
    return dict(rows.fetchall())


def unrecorded_signoffs(connection: Connection, signoffs: Sequence[SignoffKey]) -> list[SignoffKey]:
    """Return those of ``signoffs`` that the database does not hold yet, in their order."""
    if not signoffs:
        return []
    rows = connection.execute(
        query("state/recorded_signoffs"),
        {
            "sites": [signoff.key.site_id for signoff in signoffs],
            "extensions": [signoff.key.extension_id for signoff in signoffs],
            "hashes": [signoff.config_hash for signoff in signoffs],
            "aspects": [signoff.aspect for signoff in signoffs],
            "signers": [signoff.signed_by for signoff in signoffs],
            "roles": [signoff.role for signoff in signoffs],
            "instants": [signoff.signed_at for signoff in signoffs],
            "meanings": [signoff.meaning for signoff in signoffs],
        },
    )
    recorded = {ordinal for (ordinal,) in rows}
    return [signoff for ordinal, signoff in enumerate(signoffs, 1) if ordinal not in recorded]


def _key_arrays(keys: Sequence[ConfigurationKey]) -> dict[str, list[UUID] | list[str]]:
    return {
        "sites": [key.site_id for key in keys],
        "extensions": [key.extension_id for key in keys],
    }
