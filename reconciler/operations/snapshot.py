"""Snapshots of sites: made by request, looked at, compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from msgspec import Struct

from reconciler.database import snapshots as database
from reconciler.database.connection import Connection, OpenDatabase, writing
from reconciler.database.state import known_users
from reconciler.model.change import FieldDifference
from reconciler.model.desired import DesiredState
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.model.snapshot import (
    Difference,
    KeptConfiguration,
    KeptSignature,
    Side,
    Snapshot,
)
from reconciler.operations.audit import (
    AuditRequest,
    chosen_sites,
    readable_state,
    reading_records,
    site_names,
)
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.planning.differences import field_differences, known_schemas
from reconciler.rules.suggestion import listed

LIVE = "live"
LONGEST_REASON = 128
_BEGINNING_OF_ID = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")


class Listed(Struct, frozen=True):
    """Snapshots, and what the sites are called."""

    snapshots: tuple[Snapshot, ...]
    names: Mapping[UUID, str]


class Shown(Struct, frozen=True):
    """What one snapshot holds: each extension's values as if all were new, secrets replaced."""

    snapshot: Snapshot
    site: str
    configurations: Mapping[str, KeptConfiguration]
    values: Mapping[str, tuple[FieldDifference, ...]]
    signatures: tuple[KeptSignature, ...]


class Compared(Struct, frozen=True):
    """What two sides of one site do not have alike, by extension."""

    site: str
    old: Snapshot | None
    new: Snapshot | None
    differences: tuple[Difference, ...]


def create_snapshots(request: AuditRequest, reason: str, open_database: OpenDatabase) -> Listed:
    """Write one snapshot of each site asked for, as it is now. Commits.

    Without globs it is every site that has, or had, a configuration. The snapshots are the
    service user's.

    Raises:
        UsageError: the reason is empty or too long, or a glob selects no site.
        InvalidDesiredStateError: the desired state does not say who the service user is.
    """
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        raise UsageError(
            f"a reason is one line of 1 to {LONGEST_REASON} characters", "Say why, with --reason."
        )
    checked = check_desired_state(Source(request.folder))
    if checked.state is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    with open_database() as connection, writing(connection):
        names = site_names(checked.state, connection)
        sites = chosen_sites(request, names)
        if sites is None:
            sites = sorted(database.sites_with_records(connection), key=str)
        user = _service_user(checked.state, connection)
        ids = database.write_snapshots(connection, sites, said, user, None)
        return Listed(tuple(database.snapshots(connection, ids=ids)), names)


def _service_user(state: DesiredState, connection: Connection) -> UUID:
    username = state.service_user.username
    known = known_users(connection, [username])
    if username not in known:
        raise ReconcilerError(
            f"user {username} is not in MachShop's table users",
            "Add the service user in MachShop, or run `reconciler db bootstrap`.",
        )
    return known[username]


def list_snapshots(request: AuditRequest, open_database: OpenDatabase) -> Listed:
    """Return the snapshots of the sites asked for, newest first. Writes nothing."""
    with reading_records(open_database) as connection:
        names = site_names(readable_state(request.folder), connection)
        found = database.snapshots(connection, chosen_sites(request, names))
        return Listed(tuple(found), names)


def show_snapshot(
    request: AuditRequest, beginning: str | None, open_database: OpenDatabase
) -> Shown:
    """Return what one snapshot holds, every secret replaced. Writes nothing.

    Args:
        request: the sites it may be of.
        beginning: how its id begins; None is the newest of the one site asked for.
        open_database: where it is.

    Raises:
        UsageError: there is no such snapshot, or more than one.
    """
    state = readable_state(request.folder)
    with reading_records(open_database) as connection:
        names = site_names(state, connection)
        snapshot = _found(connection, request, names, beginning)
        kept = database.kept_configurations(connection, snapshot)
        signatures = tuple(database.kept_signatures(connection, snapshot))
    values = {
        extension: _differences(state, extension, None, configuration)
        for extension, configuration in sorted(kept.items())
    }
    return Shown(snapshot, names[snapshot.site_id], kept, values, signatures)


def compare_snapshots(
    request: AuditRequest, old: str, new: str, open_database: OpenDatabase
) -> Compared:
    """Return what differs from one snapshot to another, or to what is live. Writes nothing.

    Args:
        request: the sites they may be of.
        old: how the id of the one begins, or ``live``.
        new: the same of the other.
        open_database: where they are.

    Raises:
        UsageError: there is no such snapshot, or more than one, or they are of two sites.
    """
    state = readable_state(request.folder)
    with reading_records(open_database) as connection:
        names = site_names(state, connection)
        found = [
            None if each == LIVE else _found(connection, request, names, each)
            for each in (old, new)
        ]
        sites = {snapshot.site_id for snapshot in found if snapshot}
        if len(sites) != 1:
            raise UsageError(
                "the two are not of one site"
                if sites
                else "live is compared with a snapshot, and none is named",
                "Name two snapshots of one site, or one and `live`.",
            )
        (site,) = sites
        before, after = (_side(connection, snapshot, site) for snapshot in found)
    differences = tuple(_compared(state, before, after))
    return Compared(names[site], before.snapshot, after.snapshot, differences)


def _side(connection: Connection, snapshot: Snapshot | None, site: UUID) -> Side:
    if snapshot is None:
        return Side(None, database.live_configurations(connection, site))
    return Side(snapshot, database.kept_configurations(connection, snapshot))


def _compared(state: DesiredState | None, before: Side, after: Side) -> Iterator[Difference]:
    for extension in sorted(before.configurations.keys() | after.configurations.keys()):
        old, new = before.configurations.get(extension), after.configurations.get(extension)
        if old and new and (old.digest, old.config_hash) == (new.digest, new.config_hash):
            continue
        comparable = all(side is None or side.kept for side in (old, new))
        differences = _differences(state, extension, old, new) if comparable else ()
        yield Difference(extension, old, new, differences, comparable)


def _differences(
    state: DesiredState | None,
    extension: str,
    old: KeptConfiguration | None,
    new: KeptConfiguration | None,
) -> tuple[FieldDifference, ...]:
    versions = [side.version or "" for side in (old, new) if side]
    schemas = known_schemas([state.catalog] if state else [], extension, versions)
    before, after = (side.configuration if side else None for side in (old, new))
    return field_differences(before, after, schemas)


def _found(
    connection: Connection, request: AuditRequest, names: Mapping[UUID, str], beginning: str | None
) -> Snapshot:
    sites = chosen_sites(request, names)
    if beginning is None:
        if sites is None or len(sites) != 1:
            raise UsageError(
                "no snapshot is named", "Give how its id begins, or one site for its newest."
            )
        found = database.snapshots(connection, sites, most=1)
    elif not _BEGINNING_OF_ID.fullmatch(beginning):
        raise UsageError(
            f"{beginning!r} is no id of a snapshot",
            "Give the id, or at least its first 4 characters; `reconciler snapshot list` has them.",
        )
    else:
        found = database.snapshots(connection, sites, beginning=beginning, most=5)
    if len(found) == 1:
        return found[0]
    if found:
        ids = listed(str(each.id) for each in found)
        raise UsageError(f"{beginning!r} is how several ids begin", f"They are {ids}.")
    raise UsageError("there is no such snapshot", "`reconciler snapshot list` has all of them.")
