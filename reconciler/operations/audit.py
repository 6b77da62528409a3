"""Verifying the audit log, and anchoring it where the database cannot reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from reconciler.database import audit as database
from reconciler.database.connection import Connection, OpenDatabase, reading
from reconciler.model.desired import DesiredState
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.model.evidence import Anchor, Verification
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.rules.suggestion import listed

MOST_PLACES = 100


class AuditRequest(Struct, frozen=True):
    """Which sites: globs over slugs, as the desired-state folder has them, names, or ids."""

    folder: Path
    sites: tuple[str, ...] = ()


class Verified(Struct, frozen=True):
    """What came of it, and what the sites are called."""

    verification: Verification
    names: Mapping[UUID, str]


def verify_audit(
    request: AuditRequest, anchor: Anchor | None, open_database: OpenDatabase
) -> Verified:
    """Compare every audit row with its link, each link with the one before, and the anchor's heads.

    The newest roll-up of each site, by which drift is looked for, has to be what the history gives.
    Reads one moment of the database and writes nothing.

    Raises:
        UsageError: a glob selects no site.
    """
    with reading_records(open_database) as connection:
        names = site_names(readable_state(request.folder), connection)
        chosen = chosen_sites(request, names)
        rows, links = database.extent(connection, chosen)
        found = database.tampering(connection, chosen, MOST_PLACES + 1)
        heads = [
            head
            for head in (anchor.heads if anchor else ())
            if chosen is None or head.site_id in chosen
        ]
        found += database.unanchored(connection, heads)
        found += database.wrongly_rolled_up(connection, chosen, MOST_PLACES + 1)
        sites = len(database.chain_heads(connection, chosen))
        verification = Verification(
            rows, links, sites, tuple(found[:MOST_PLACES]), more=len(found) > MOST_PLACES
        )
        return Verified(verification, names)


def anchor_audit(request: AuditRequest, open_database: OpenDatabase) -> Anchor:
    """Return the heads of the chains, to be kept in git or on paper. Writes nothing."""
    with reading_records(open_database) as connection:
        names = site_names(readable_state(request.folder), connection)
        chosen = chosen_sites(request, names)
        return Anchor(heads=tuple(database.chain_heads(connection, chosen)))


@contextmanager
def reading_records(open_database: OpenDatabase) -> Iterator[Connection]:
    """Open one moment of the database from which all records can be read. Writes nothing.

    Raises:
        ReconcilerError: the login may not read them, or does not see every site.
    """
    with open_database() as connection, reading(connection):
        database.require_records(connection)
        yield connection


def readable_state(folder: Path) -> DesiredState | None:
    """Return the desired state, whatever rules it breaks; None where it cannot be read."""
    try:
        return check_desired_state(Source(folder)).state
    except ReconcilerError:
        return None


def site_names(state: DesiredState | None, connection: Connection) -> dict[UUID, str]:
    """Return what to call each site: its slug where the desired state has it, else its name."""
    slugs = {site.id: site.slug for site in state.sites.values()} if state else {}
    return database.site_names(connection) | slugs


def chosen_sites(request: AuditRequest, names: Mapping[UUID, str]) -> list[UUID] | None:
    """Return the ids of the sites that the request's globs select; None is all.

    Raises:
        UsageError: a glob selects no site.
    """
    if not request.sites:
        return None
    chosen = {
        glob: [
            site_id
            for site_id, name in names.items()
            if fnmatchcase(name, glob) or fnmatchcase(str(site_id), glob)
        ]
        for glob in request.sites
    }
    if idle := [glob for glob, found in chosen.items() if not found]:
        raise UsageError(
            f"nothing is selected by {', '.join(f'--site {glob!r}' for glob in idle)}",
            f"The sites are {listed(sorted(names.values()))}.",
        )
    return sorted({site_id for found in chosen.values() for site_id in found}, key=str)
