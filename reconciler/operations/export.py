"""Writing a desired state from what is live: how an existing installation gets into git."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from uuid import UUID

from reconciler.database import export as database
from reconciler.database.connection import Connection, reading
from reconciler.database.state import database_identity, managed_rows, require_every_site
from reconciler.desired.loader import load
from reconciler.desired.new_folder import require_free, write_folder
from reconciler.desired.slugs import site_slugs, slug_from
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.working_tree import read_working_tree
from reconciler.model.canonical import config_hash
from reconciler.model.desired import ConfigurationKey, DesiredState
from reconciler.model.diagnostic import Severity
from reconciler.model.document import JsonObject
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.operations import export_files as files
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.operations.export_checks import checked_state, readable_configurations
from reconciler.operations.plan import OpenDatabase, require_current_schema
from reconciler.rules.suggestion import listed


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, where to, and what MachShop's tables do not say.

    ``desired_state`` is where settings, slugs, signers and the catalog are taken from, as far as
    it has them; ``catalog`` goes before its own.
    """

    out: Path
    desired_state: Path
    sites: tuple[str, ...] = ()
    catalog: Path | None = None
    service_user: str | None = None
    mes_version: str | None = None
    api_version: str | None = None
    without_catalog: bool = False


@dataclass(frozen=True, slots=True)
class ExportedSite:
    """How much was written of one site."""

    slug: str
    configurations: int
    drifted: int
    signoffs: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, what could not be, and how many errors validation finds in it."""

    out: Path
    sites: tuple[ExportedSite, ...]
    deleted: int
    """Configurations that the reconciler wrote and somebody deleted; they are not exported."""
    unwritable_signoffs: int
    shared_emails: tuple[str, ...]
    without_manifest: tuple[str, ...]
    errors: int
    unreadable: Path | None = None
    """The desired state that nothing could be taken from, though it is there."""


@dataclass(frozen=True, slots=True)
class _Before:
    """The desired state that there is: its files, and what they say as far as they are read."""

    tree: SourceTree | None = None
    state: DesiredState | None = None


@dataclass(frozen=True, slots=True)
class _Live:
    """What one transaction read."""

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


def export(request: ExportRequest, open_database: OpenDatabase) -> Exported:
    """Write a desired state whose plan is empty, apart from what had drifted.

    Reads one moment of the database and writes nothing to it. The folder appears whole or not
    at all.

    Raises:
        ReconcilerError: the folder is not free, or something live cannot or may not be written.
        UsageError: a glob selects no site.
    """
    require_free(request.out)
    before = _before(request.desired_state)
    service_user = _service_user(request, before.state)
    catalog = _catalog_files(request, before.tree)
    with open_database() as connection, reading(connection):
        require_current_schema(connection)
        require_every_site(connection)
        live = _read(connection, request, before.state, service_user)
    if all(user.username != service_user for user in live.users):
        raise ReconcilerError(
            f"user {service_user!r} is not in MachShop's table users",
            "Name with --service-user whom changes without a known author are attributed to.",
        )
    written, shared = _content(request, before.state, live, service_user)
    content = dict(sorted({**written, **catalog}.items()))
    without_manifest = checked_state(
        request.out, content, live.configurations, live.hashes, partial=request.without_catalog
    )
    write_folder(request.out, content)
    found = check_desired_state(Source(request.out)).diagnostics
    return Exported(
        out=request.out,
        sites=_summary(live),
        deleted=live.deleted,
        unwritable_signoffs=live.unwritable_signoffs,
        shared_emails=tuple(shared),
        without_manifest=without_manifest,
        errors=sum(each.severity is Severity.ERROR for each in found),
        unreadable=request.desired_state if before.tree and not before.state else None,
    )


def _before(folder: Path) -> _Before:
    try:
        tree = read_working_tree(folder)
    except ReconcilerError:
        return _Before()
    return _Before(tree, load(tree).state)


def _service_user(request: ExportRequest, before: DesiredState | None) -> str:
    if request.service_user:
        return request.service_user
    if before is None:
        raise UsageError(
            f"there is no desired state in {request.desired_state} that names a service user",
            "Give --service-user: the MachShop user whom changes without a known author are "
            "attributed to.",
        )
    return before.project.service_user


def _catalog_files(request: ExportRequest, before: SourceTree | None) -> dict[str, bytes]:
    """Return the catalog's files by their paths in the export."""
    if request.catalog is None:
        known = before.files if before else {}
        return {path: data for path, data in known.items() if path.startswith("catalog/")}
    tree = read_working_tree(request.catalog)
    if not any(path.startswith("extensions/") for path in tree.files):
        raise ReconcilerError(
            f"{request.catalog} is no catalog: it holds no extensions/<extension>/<version>.yaml",
            "Name the folder in which `extensions` and `capabilities` stand.",
        )
    return {f"catalog/{path}": data for path, data in tree.files.items()}


def _read(
    connection: Connection, request: ExportRequest, before: DesiredState | None, service_user: str
) -> _Live:
    names = database.sites_with_configurations(connection)
    if not names:
        raise ReconcilerError("nothing is live in this database", "Check which one --database is.")
    given = {site.id: site.slug for site in before.sites.values()} if before else {}
    slugs = _chosen(request.sites, names, site_slugs(names, given))
    stored = database.stored_configurations(connection, slugs)
    configurations = readable_configurations(stored, slugs)
    hashes = {
        each.key: config_hash(*each.key, each.version, configurations[each.key]) for each in stored
    }
    rows = managed_rows(connection, slugs)
    signoffs = database.stored_signoffs(connection, hashes)
    writable = [signed for signed in signoffs if files.can_be_written(signed)]
    signers = _signers(before, slugs)
    return _Live(
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


def _content(
    request: ExportRequest, before: DesiredState | None, live: _Live, service_user: str
) -> tuple[dict[str, bytes], list[str]]:
    """Return every file but the catalog's, and whose email is left out."""
    installation = slug_from(live.installation) or "machshop"
    users, shared = files.users_value(live.users, before, live.needed_users)
    content: dict[str, JsonObject] = {
        "reconciler.yaml": files.project_value(before, installation, service_user),
        "users.yaml": users,
    }
    signed_at = {
        site_id: [
            signed
            for key, each in live.signoffs.items()
            if key.site_id == site_id
            for signed in each
        ]
        for site_id in live.slugs
    }
    for facts in _site_facts(request, before, live):
        value = files.site_value(facts, signed_at[facts.id])
        content[f"sites/{facts.slug}/site.yaml"] = value
    for stored in live.stored:
        path = f"sites/{live.slugs[stored.key.site_id]}/extensions/{stored.key.extension_id}.yaml"
        content[path] = files.extension_value(
            stored, live.configurations[stored.key], live.signoffs.get(stored.key, ())
        )
    return {path: files.yaml_file(value) for path, value in content.items()}, shared


def _site_facts(
    request: ExportRequest, before: DesiredState | None, live: _Live
) -> list[files.SiteFacts]:
    """Return the facts of each site.

    Raises:
        ReconcilerError: of some, nobody says which MES they run.
    """
    known = before.sites_by_id if before else {}
    unknown = [slug for site_id, slug in live.slugs.items() if site_id not in known]
    mes, api = request.mes_version, request.api_version
    if unknown and not (mes and api):
        raise ReconcilerError(
            f"sites whose MES version and API version are not known: {len(unknown)}; MachShop's "
            "tables do not have them",
            "Give --mes-version and --api-version, and correct single sites in their site.yaml.",
            unknown,
        )
    return [
        files.SiteFacts(
            id=site_id,
            slug=slug,
            name=live.names[site_id] or slug,
            mes_version=known[site_id].mes_version if site_id in known else mes or "",
            api_version=known[site_id].api_version if site_id in known else api or "",
            before=known.get(site_id),
        )
        for site_id, slug in live.slugs.items()
    ]


def _summary(live: _Live) -> tuple[ExportedSite, ...]:
    return tuple(
        ExportedSite(
            slug=slug,
            configurations=sum(each.key.site_id == site_id for each in live.stored),
            drifted=sum(key.site_id == site_id for key in live.drifted),
            signoffs=sum(
                len(each) for key, each in live.signoffs.items() if key.site_id == site_id
            ),
        )
        for site_id, slug in live.slugs.items()
    )
