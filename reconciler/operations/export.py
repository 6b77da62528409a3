"""Writing a desired state from what is live: how an existing installation gets into git."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from reconciler.database import export as database
from reconciler.database.connection import OpenDatabase, reading
from reconciler.database.state import require_every_site
from reconciler.desired.loader import load
from reconciler.desired.new_folder import require_free, write_folder
from reconciler.desired.slugs import slug_from
from reconciler.desired.source_tree import SourceTree
from reconciler.desired.working_tree import read_working_tree
from reconciler.model.desired import DesiredState
from reconciler.model.diagnostic import Severity
from reconciler.model.document import JsonObject
from reconciler.model.errors import ReconcilerError, UsageError
from reconciler.operations import export_files as files
from reconciler.operations.desired_state import Source, check_desired_state
from reconciler.operations.export_checks import checked_state
from reconciler.operations.export_reading import Live, read_live
from reconciler.operations.plan import require_current_schema


class ExportRequest(Struct, frozen=True):
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


class ExportedSite(Struct, frozen=True):
    """How much was written of one site."""

    slug: str
    configurations: int
    drifted: int
    signoffs: int


class Exported(Struct, frozen=True):
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


class _Before(Struct, frozen=True):
    """The desired state that there is: its files, and what they say as far as they are read."""

    tree: SourceTree | None = None
    state: DesiredState | None = None


def export(request: ExportRequest, open_database: OpenDatabase) -> Exported:
    """Write a desired state whose plan is empty, apart from what had drifted.

    Reads one moment of the database and writes nothing to it. The folder appears whole or not
    at all.

    Raises:
        ReconcilerError: the folder is not free, or something live cannot or may not be written.
        UsageError: a glob selects no site.
    """
    out = require_free(request.out)
    before = _before(request.desired_state)
    service_user = _service_user(request, before.state)
    catalog = _catalog_files(request, before.tree)
    with open_database() as connection, reading(connection):
        require_current_schema(connection)
        require_every_site(connection)
        live = read_live(connection, request.sites, before.state, service_user)
    if all(user.username != service_user for user in live.users):
        raise ReconcilerError(
            f"user {service_user!r} is not in MachShop's table users",
            "Name with --service-user whom changes without a known author are attributed to.",
        )
    written, shared = _content(request, before.state, live, service_user)
    content = dict(sorted({**written, **catalog}.items()))
    without_manifest = checked_state(
        out, content, live.configurations, live.hashes, partial=request.without_catalog
    )
    write_folder(out, content)
    found = check_desired_state(Source(out)).diagnostics
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
    """Return the catalog's files by their paths in the export.

    Raises:
        ReconcilerError: a part of it cannot be read, or it is none.
    """
    if request.catalog is None:
        return _below("catalog/", before) if before else {}
    found: dict[str, bytes] = {}
    if request.catalog.is_dir():
        found = _below("", read_working_tree(request.catalog))
    if not any(path.startswith("extensions/") for path in found):
        raise ReconcilerError(
            f"{request.catalog} is no catalog: it holds no extensions/<extension>/<version>.yaml",
            "Name the folder in which `extensions` and `capabilities` stand.",
        )
    return {f"catalog/{path}": data for path, data in found.items()}


def _below(beginning: str, tree: SourceTree) -> dict[str, bytes]:
    shown = tree.shown(beginning)
    problems = [each for each in tree.diagnostics if each.location.path.startswith(shown)]
    if problems:
        raise ReconcilerError(
            "a part of the catalog cannot be read",
            "Mend it; a part of a catalog is never taken for the whole.",
            [f"{each.location.path}: {each.message}" for each in problems],
        )
    return {path: data for path, data in tree.files.items() if path.startswith(beginning)}


def _content(
    request: ExportRequest, before: DesiredState | None, live: Live, service_user: str
) -> tuple[dict[str, bytes], list[str]]:
    """Return every file but the catalog's, and whose email is left out."""
    installation = slug_from(live.installation) or "machshop"
    users, shared = files.users_value(live.users, before, live.needed_users)
    content: dict[str, JsonObject] = {
        "reconciler.yaml": files.project_value(before, installation, service_user),
        "users.yaml": users,
    }
    signed_at: defaultdict[UUID, list[database.StoredSignoff]] = defaultdict(list)
    for key, signed in live.signoffs.items():
        signed_at[key.site_id].extend(signed)
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
    request: ExportRequest, before: DesiredState | None, live: Live
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


def _summary(live: Live) -> tuple[ExportedSite, ...]:
    configurations = Counter(each.key.site_id for each in live.stored)
    drifted = Counter(key.site_id for key in live.drifted)
    signoffs: Counter[UUID] = Counter()
    for key, signed in live.signoffs.items():
        signoffs[key.site_id] += len(signed)
    return tuple(
        ExportedSite(slug, configurations[site_id], drifted[site_id], signoffs[site_id])
        for site_id, slug in live.slugs.items()
    )
