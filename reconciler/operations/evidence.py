"""The records, to be shown and handed over: one moment of the database, read as a stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.database import evidence as database
from reconciler.database.connection import Connection, OpenDatabase
from reconciler.database.state import database_identity
from reconciler.model.desired import DesiredState
from reconciler.model.errors import UsageError
from reconciler.model.evidence import AuditRecord, ChainPart, SignatureRecord, TimeRange
from reconciler.model.live import DatabaseIdentity
from reconciler.operations.audit import (
    AuditRequest,
    chosen_sites,
    readable_state,
    reading_records,
    site_names,
)

_BEGINNING_OF_ID = re.compile(r"[0-9a-f][0-9a-f-]{0,35}")


class Evidence(Struct, frozen=True):
    """What is recorded about the sites asked for in a range of time.

    The streams read the database as it was at one moment, each from its beginning when it is
    called; only one may be under way.
    """

    database: DatabaseIdentity
    times: TimeRange
    parts: tuple[ChainPart, ...]
    names: Mapping[UUID, str]
    people: Mapping[str, str]
    """The names of MachShop's users as users.yaml has them, by username."""
    links: Callable[[], Iterator[AuditRecord]]
    changes: Callable[[], Iterator[AuditRecord]]
    signatures: Callable[[], Iterator[SignatureRecord]]
    runs: Callable[[], Iterator[str]]
    versions: Callable[[], Iterator[str]]

    def printed_name(self, username: str | None) -> str | None:
        """Return a user's full name, or the username where users.yaml does not say."""
        return None if username is None else self.people.get(username, username)


@contextmanager
def open_evidence(
    request: AuditRequest, times: TimeRange, open_database: OpenDatabase
) -> Iterator[Evidence]:
    """Open the records of the sites asked for, read-only, until the context ends.

    Raises:
        UsageError: a glob selects no site, or the range of time is none.
    """
    _require_order(times)
    state = readable_state(request.folder)
    with reading_records(open_database) as connection:
        names = site_names(state, connection)
        sites = chosen_sites(request, names)
        parts = tuple(
            replace(part, name=names.get(part.site_id, part.name))
            for part in database.chain_parts(connection, sites, times)
        )
        yield Evidence(
            database_identity(connection),
            times,
            parts,
            names,
            full_names(state),
            links=lambda: database.links(connection, parts),
            changes=lambda: database.changes(connection, sites, times),
            signatures=lambda: database.signatures(connection, sites, times),
            runs=lambda: database.runs(connection, sites, times),
            versions=lambda: database.versions(connection, sites, times),
        )


class ChangeQuery(Struct, frozen=True):
    """Which audit rows: globs of extensions, a range of time, how the id of a run begins."""

    extensions: tuple[str, ...] = ()
    times: TimeRange = field(default_factory=TimeRange)
    run: str | None = None


class Changes(Struct, frozen=True):
    """Audit rows as a stream, what the sites are called, and the users' full names."""

    records: Iterator[AuditRecord]
    names: Mapping[UUID, str]
    people: Mapping[str, str]


@contextmanager
def open_changes(
    request: AuditRequest, wanted: ChangeQuery, open_database: OpenDatabase
) -> Iterator[Changes]:
    """Open the audit rows asked for, oldest first, until the context ends.

    Raises:
        UsageError: a glob selects no site, the range of time is none, or the run is no id.
    """
    _require_order(wanted.times)
    if wanted.run is not None and not _BEGINNING_OF_ID.fullmatch(wanted.run):
        raise UsageError(f"{wanted.run!r} is no id of a run", "Give the id or how it begins.")
    state = readable_state(request.folder)
    with reading_records(open_database) as connection:
        names = site_names(state, connection)
        sites = chosen_sites(request, names)
        yield Changes(_selected(connection, sites, wanted), names, full_names(state))


def full_names(state: DesiredState | None) -> dict[str, str]:
    """Return the full names of the users that users.yaml has, by username."""
    return {user.username: user.name for user in state.users.values()} if state else {}


def _selected(
    connection: Connection, sites: list[UUID] | None, wanted: ChangeQuery
) -> Iterator[AuditRecord]:
    for record in database.changes(connection, sites, wanted.times, wanted.run):
        extension = record.extension_id or ""
        if not wanted.extensions or any(fnmatchcase(extension, g) for g in wanted.extensions):
            yield record


def _require_order(times: TimeRange) -> None:
    if times.since and times.until and times.since >= times.until:
        raise UsageError(
            "--since is not before --until", "The range is from --since to before --until."
        )
