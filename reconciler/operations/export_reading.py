"""What is live, read for an export: sites, configurations, signatures and people."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from uuid import UUID

from msgspec import Struct

from reconciler.database import export as database
from reconciler.database.connection import Connection
from reconciler.database.state import database_identity, managed_rows
from reconciler.desired.slugs import site_slugs
from reconciler.model.canonical import config_hash
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.document import JsonObject
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.operations import export_files as files
from reconciler.operations.export_checks import readable_configurations
from reconciler.rules.suggestion import listed


class Live(Struct, frozen=True):
    """What one transaction read; sites by slug."""

    installation: str
    slugs: Mapping[UUID, str]
    names: Mapping[UUID, str]
    stored: list[database.StoredConfiguration]
    configurations: Mapping[ConfigurationKey, JsonObject]
    hashes: Mapping[ConfigurationKey, str]
    drifted: frozenset[ConfigurationKey]
    deleted: int
    signoffs: Mapping[ConfigurationKey, list[database.StoredSignoff]]
    unwritable_signoffs: int
    users: list[database.StoredUser]
    needed_users: tuple[str, ...]


def read_live(
    connection: Connection, globs: tuple[str, ...], before: DesiredState | None, service_user: str
) -> Live:
    """Return what is live at the selected sites, from the open transaction.

    Args:
        connection: where to read.
        globs: which sites; none is all.
        before: the desired state there is; its sites keep their slugs.
        service_user: a username that is looked for as well.

    Raises:
        ReconcilerError: nothing is live, or something is that no file can hold.
        UsageError: a glob selects no site.
    """
    names = database.sites_with_configurations(connection)
    if not names:
        raise ReconcilerError("nothing is live in this database", "Check which one --database is.")
    given = {site.id: site.slug for site in before.sites.values()} if before else {}
    slugs = _chosen(globs, names, site_slugs(names, given))
    stored = database.stored_configurations(connection, slugs)
    configurations = readable_configurations(stored, slugs)
    hashes = {
        each.key: config_hash(*each.key, each.version, configurations[each.key]) for each in stored
    }
    rows = managed_rows(connection, slugs)
    signoffs = database.stored_signoffs(connection, hashes)
    writable = [signed for signed in signoffs if files.can_be_written(signed)]
    signers = _signers(before, slugs)
    return Live(
        installation=database_identity(connection).database,
        slugs=slugs,
        names=names,
        stored=stored,
        configurations=configurations,
        hashes=hashes,
        drifted=frozenset(row.key for row in rows if row.live and row.drifted),
        deleted=sum(row.live is None and row.applied is not None for row in rows),
        signoffs=files.by_configuration(writable),
        unwritable_signoffs=len(signoffs) - len(writable),
        users=database.stored_users(connection, slugs, [service_user, *signers]),
        needed_users=signers,
    )


def _chosen(
    globs: tuple[str, ...], names: Mapping[UUID, str], slugs: Mapping[UUID, str]
) -> dict[UUID, str]:
    """Return the slugs of the sites that are selected, in their order.

    Globs are over slugs. A whole name or id selects as well; a glob over those would make
    "all but these" select everything.
    """

    def selects(glob: str, site_id: UUID) -> bool:
        return glob in (names[site_id], str(site_id)) or fnmatchcase(slugs[site_id], glob)

    if idle := [glob for glob in globs if not any(selects(glob, site_id) for site_id in slugs)]:
        raise UsageError(
            f"nothing is selected by {', '.join(f'--site {glob!r}' for glob in idle)}",
            f"The sites are {listed(sorted(slugs.values()))}.",
        )
    return {
        site_id: slug
        for site_id, slug in sorted(slugs.items(), key=lambda each: each[1])
        if not globs or any(selects(glob, site_id) for glob in globs)
    }


def _signers(before: DesiredState | None, sites: Mapping[UUID, str]) -> tuple[str, ...]:
    """Return whom the desired state lists as signers of ``sites``."""
    if before is None:
        return ()
    managed = [site for site in before.sites.values() if site.id in sites]
    return tuple(
        sorted({name for site in managed for signers in site.signers.values() for name in signers})
    )
