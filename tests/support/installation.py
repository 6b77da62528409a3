"""A small installation for tests: three plants, three extensions, a git repository, a database.

Bremen and Cork take their line dashboard from a profile; Bremen's e-signature asks for a
signature that nobody has given yet; the ERP adapter, which all three have, holds a secret.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from git import Actor, Repo
from psycopg import sql

from reconciler.database.connection import Connection, connect
from reconciler.model.plan import Plan
from reconciler.operations.apply import Applied, ApplyRequest, apply
from reconciler.operations.database import Bootstrap, bootstrap
from reconciler.operations.desired_state import Source
from reconciler.operations.plan import plan
from reconciler.operations.preparing import PlanRequest
from tests.support.databases import fresh_database
from tests.support.logins import SERVICE_LOGIN, Login, ensure_service_login

BREMEN = UUID("0b000000-0000-4000-8000-000000000001")
CORK = UUID("0c000000-0000-4000-8000-000000000002")
DAYTON = UUID("0d000000-0000-4000-8000-000000000003")
SERVICE_USER = UUID("a0000000-0000-4000-8000-000000000001")
ENGINEER_USER = UUID("a0000000-0000-4000-8000-000000000002")
QUALITY_USER = UUID("a0000000-0000-4000-8000-000000000003")

DASHBOARD, ERP, SIGNATURE = "line-dashboard", "erp-adapter", "e-signature"
CONFIGURATIONS = sorted(
    [
        (BREMEN, DASHBOARD),
        (BREMEN, ERP),
        (BREMEN, SIGNATURE),
        (CORK, DASHBOARD),
        (CORK, ERP),
        (DAYTON, ERP),
    ]
)

ENGINEER = Actor("Erin Engineer", "Engineer@Plant.example")
STRANGER = Actor("Sam Stranger", "sam@elsewhere.example")
FIRST_SUBJECT = "Describe the three plants as they are"
# Fixed, so that the same files are the same commit in every run.
_DATE = "2026-11-20T09:00:00+0000"

_MANIFEST = """\
id: {extension}
version: {version}
name: {extension}
type: integration
category: other
apiVersion: v2.0
mesVersion: 4.0.0
description: What the tests enable and configure.
extensionSchemaVersion: "2.0"
foundationTier: application
"""
_DASHBOARD_SCHEMA = """\
configuration:
  properties:
    lines: {type: array, minItems: 1, items: {type: string}}
    refreshSeconds: {type: integer, minimum: 5}
    theme: {enum: [light, dark]}
  required: [lines]
"""
_ERP_SCHEMA = """\
configuration:
  properties:
    url: {type: string}
    syncInterval: {type: integer, minimum: 1}
    password: {x-sensitive: true}
  required: [url]
"""
_SIGNATURE_SCHEMA = """\
configuration:
  properties:
    reidentifyMinutes: {type: integer, minimum: 1}
  required: [reidentifyMinutes]
compliance:
  complianceModel: delegated
  delegations:
    - {aspect: signature-validation, delegatedTo: quality-manager, requiresSignoff: true}
"""


def manifest(extension: str, version: str, rest: str) -> str:
    """Return an extension's manifest, ``rest`` being what is not the same in all of them."""
    return _MANIFEST.format(extension=extension, version=version) + rest


def site_file(site: UUID, name: str, profiles: str) -> str:
    """Return a ``site.yaml`` whose quality manager is ``quality``."""
    return (
        f"id: {site}\nname: {name}\nmesVersion: 4.0.0\napiVersion: v2.0\n"
        f"profiles: [{profiles}]\nsigners:\n  quality-manager: [quality]\n"
    )


def erp_file(plant: str, *, interval: int = 60, version: str = "3.0.0", rest: str = "") -> str:
    """Return a site's file of the ERP adapter."""
    return (
        f"version: {version}\nconfiguration:\n  url: https://erp.{plant}.example\n"
        f"  syncInterval: {interval}\n  password: {{$secret: 'vault://{plant}/erp#password'}}\n{rest}"
    )


def signature_file(*, minutes: int = 15, rest: str = "") -> str:
    """Return a site's file of the e-signature extension."""
    return f"version: 2.0.0\nconfiguration:\n  reidentifyMinutes: {minutes}\n{rest}"


def signoff_entry(config_hash: str, *, notes: str = "Validated on line 2") -> str:
    """Return the signature of the quality manager under ``config_hash``, as YAML to append."""
    return (
        "signoffs:\n  - aspect: signature-validation\n    signedBy: quality\n"
        "    role: quality-manager\n    meaning: approval\n    signedAt: 2026-11-20T10:00:00Z\n"
        f"    configHash: {config_hash}\n    notes: {notes}\n"
    )


def profile_file(*, refresh: int = 30) -> str:
    """Return the profile that brings the line dashboard to Bremen and Cork."""
    return (
        "description: What every plant shows\nextensions:\n  line-dashboard:\n    version: 1.0.0\n"
        f"    configuration: {{lines: [A, B], refreshSeconds: {refresh}}}\n"
    )


PROFILE = "profiles/standard.yaml"
BREMEN_ERP = "sites/bremen/extensions/erp-adapter.yaml"
BREMEN_SIGNATURE = "sites/bremen/extensions/e-signature.yaml"
CORK_ERP = "sites/cork/extensions/erp-adapter.yaml"
DAYTON_ERP = "sites/dayton/extensions/erp-adapter.yaml"

FILES = {
    "reconciler.yaml": (
        'formatVersion: "1.0"\ninstallation: test\nserviceUser: reconciler\n'
        "platform:\n  capabilities: []\n"
    ),
    "users.yaml": (
        "users:\n"
        f"  - {{id: {SERVICE_USER}, username: reconciler, name: Reconciler, "
        "email: reconciler@plant.example}\n"
        f"  - {{id: {ENGINEER_USER}, username: engineer, name: Erin Engineer, "
        "email: engineer@plant.example}\n"
        f"  - {{id: {QUALITY_USER}, username: quality, name: Quinn Quality, "
        "email: quality@plant.example}\n"
    ),
    PROFILE: profile_file(),
    "catalog/extensions/line-dashboard/1.0.0.yaml": manifest(DASHBOARD, "1.0.0", _DASHBOARD_SCHEMA),
    "catalog/extensions/erp-adapter/3.0.0.yaml": manifest(ERP, "3.0.0", _ERP_SCHEMA),
    "catalog/extensions/erp-adapter/3.1.0.yaml": manifest(ERP, "3.1.0", _ERP_SCHEMA),
    "catalog/extensions/e-signature/2.0.0.yaml": manifest(SIGNATURE, "2.0.0", _SIGNATURE_SCHEMA),
    "sites/bremen/site.yaml": site_file(BREMEN, "Bremen Works", "standard"),
    BREMEN_ERP: erp_file("bremen", rest="reason: Connect to the group's ERP\n"),
    BREMEN_SIGNATURE: signature_file(),
    "sites/cork/site.yaml": site_file(CORK, "Cork Plant", "standard"),
    CORK_ERP: erp_file("cork"),
    "sites/dayton/site.yaml": site_file(DAYTON, "Dayton Plant", ""),
    DAYTON_ERP: erp_file("dayton"),
}
"""The desired state of the first commit, by path."""


def _always(_plan: Plan) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Installation:
    """A desired state in a git repository, and the database it describes.

    ``owner_url`` is a superuser's, for what is done behind the reconciler's back; the program
    itself plans and applies as ``login``.
    """

    repository: Path
    owner_url: str
    login: Login = SERVICE_LOGIN

    @property
    def url(self) -> str:
        """How the program connects."""
        return self.login.url(self.owner_url)

    @property
    def folder(self) -> Path:
        """The desired-state folder."""
        return self.repository / "desired-state"

    @property
    def database(self) -> str:
        """The database's name."""
        return urlsplit(self.owner_url).path.removeprefix("/")

    def write(self, path: str, text: str) -> None:
        """Write one file of the desired state, without committing it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def commit(self, subject: str, files: dict[str, str | None], author: Actor = ENGINEER) -> str:
        """Write files (None removes one, or a folder), commit, and return the commit."""
        for path, text in files.items():
            if text is not None:
                self.write(path, text)
            elif (self.folder / path).is_dir():
                shutil.rmtree(self.folder / path)
            else:
                (self.folder / path).unlink()
        return commit_all(self.repository, subject, author)

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open the database as a superuser, in autocommit."""
        with connect(self.owner_url) as connection:
            yield connection

    @contextlib.contextmanager
    def service(self) -> Iterator[Connection]:
        """Open the database as the program does."""
        with connect(self.url) as connection:
            yield connection

    def request(self, **options: Any) -> PlanRequest:
        """Return a request to plan this installation's working tree."""
        ref = options.pop("ref", None)
        return PlanRequest(Source(self.folder, ref), **options)

    def bootstrap(self) -> Bootstrap:
        """Create the sites and users that the database lacks."""
        done = bootstrap(Source(self.folder), self.connection)
        ensure_service_login(self.owner_url)
        return done

    def plan(self, **options: Any) -> Plan:
        """Plan; ``options`` are those of the request."""
        return plan(self.request(**options), self.service)

    def apply(
        self,
        *,
        confirm: Callable[[Plan], bool] = _always,
        open_database: Callable[[], AbstractContextManager[Connection]] | None = None,
        apply_options: dict[str, Any] | None = None,
        **options: Any,
    ) -> Applied:
        """Apply; ``options`` are those of the plan's request."""
        request = ApplyRequest(self.request(**options), **(apply_options or {}))
        return apply(request, open_database or self.service, confirm)

    def rows(self, statement: str | sql.Composed, parameters: Any = None) -> list[tuple[Any, ...]]:
        """Run one statement on a connection of its own, commit, and return its rows if any."""
        text = statement.encode() if isinstance(statement, str) else statement
        with self.connection() as connection:
            cursor = connection.execute(text, parameters)
            return cursor.fetchall() if cursor.description else []

    def edit(self, statement: str, parameters: Any = None) -> None:
        """Change the database outside the reconciler; exactly one row must be concerned."""
        with self.connection() as connection:
            assert connection.execute(statement.encode(), parameters).rowcount == 1

    def digest(self, *, leaving_out: tuple[str, ...] = ()) -> dict[str, tuple[Any, ...]]:
        """Return the row count and a hash of every table's content, by table."""
        with self.connection() as connection:
            return table_digests(connection, leaving_out)


def table_digests(
    connection: Connection, leaving_out: tuple[str, ...] = ()
) -> dict[str, tuple[Any, ...]]:
    """Return the row count and a hash of the content of every table and materialized view."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p', 'm') AND NOT relispartition ORDER BY relname"
    )
    digest = sql.SQL(
        "SELECT count(*), md5(coalesce(string_agg(row::text, ' ' ORDER BY row::text), '')) "
        "FROM {} AS row"
    )
    found = {}
    for (table,) in tables.fetchall():
        if table not in leaving_out:
            row = connection.execute(digest.format(sql.Identifier(table))).fetchone()
            assert row is not None
            found[table] = row
    return found


def commit_all(repository: Path, subject: str, author: Actor = ENGINEER) -> str:
    """Commit everything as it stands in the working tree; return the commit."""
    with Repo(repository) as opened:
        opened.git.add("--all")
        commit = opened.index.commit(
            subject, author=author, committer=author, author_date=_DATE, commit_date=_DATE
        )
        return commit.hexsha


def make_repository(root: Path) -> None:
    """Make a git repository at ``root`` with the desired state in one commit."""
    Repo.init(root, initial_branch="main").close()
    shutil.rmtree(root / ".git" / "hooks", ignore_errors=True)  # samples, and slow to copy
    for path, text in FILES.items():
        target = root / "desired-state" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    commit_all(root, FIRST_SUBJECT)


@contextlib.contextmanager
def new_installation(server_url: str, template: str, repository: Path) -> Iterator[Installation]:
    """Yield an installation with sites and users, to which nothing was applied yet."""
    make_repository(repository)
    with fresh_database(server_url, template) as url:
        installation = Installation(repository, url)
        installation.bootstrap()
        yield installation


@contextlib.contextmanager
def copied_installation(
    server_url: str, original: Installation, repository: Path
) -> Iterator[Installation]:
    """Yield a copy of an installation, repository and database, that may be changed freely."""
    shutil.copytree(original.repository, repository, dirs_exist_ok=True)
    with fresh_database(server_url, original.database) as url:
        yield Installation(repository, url)


def sign_everything(installation: Installation) -> str:
    """Commit the signature that Bremen's e-signature asks for; return the hash it signs."""
    (needed,) = installation.plan().needed_signoffs
    entry = signoff_entry(needed.config_hash)
    installation.commit("Sign", {BREMEN_SIGNATURE: signature_file(rest=entry)})
    return needed.config_hash
