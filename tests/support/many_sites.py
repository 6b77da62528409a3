"""An installation for tests with as many sites as wanted, all with the one ERP adapter."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from git import Repo
from psycopg import sql
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import connect
from tests.support.databases import fresh_database
from tests.support.installation import (
    FILES,
    FIRST_SUBJECT,
    Installation,
    commit_all,
    erp_file,
    site_file,
)

_SHARED = ("reconciler.yaml", "users.yaml", "catalog/extensions/erp-adapter/3.0.0.yaml")
_SET_INTERVAL = (
    "UPDATE site_extension_configs "
    "SET configuration = jsonb_set(configuration, '{syncInterval}', to_jsonb(%s)) "
    "WHERE site_id = ANY(%s)"
)


def plant(number: int) -> str:
    """Return the slug of a site."""
    return f"plant-{number:03d}"


def plant_id(number: int) -> UUID:
    """Return the id of a site."""
    return UUID(f"0f000000-0000-4000-8000-{number:012d}")


def plant_file(number: int) -> str:
    """Return the path of a site's one extension file in the desired state."""
    return f"sites/{plant(number)}/extensions/erp-adapter.yaml"


@contextlib.contextmanager
def many_sites(
    server_url: str, template: str, repository: Path, number: int
) -> Iterator[Installation]:
    """Yield an installation of ``number`` sites whose first commit was applied."""
    Repo.init(repository, initial_branch="main").close()
    with fresh_database(server_url, template) as url:
        installation = Installation(repository, url)
        for path in _SHARED:
            installation.write(path, FILES[path])
        for each in range(number):
            site = site_file(plant_id(each), f"Plant {each}", "")
            installation.write(f"sites/{plant(each)}/site.yaml", site)
            installation.write(plant_file(each), erp_file(plant(each)))
        commit_all(repository, FIRST_SUBJECT)
        installation.bootstrap()
        installation.apply()
        yield installation


@contextlib.contextmanager
def colleague(installation: Installation) -> Iterator[str]:
    """Yield the name of a database role that may edit configurations, as MachShop's users may."""
    name = f"colleague_{uuid.uuid4().hex}"
    role = sql.Identifier(name)
    installation.rows(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'as-good-as-any'").format(role))
    grant = sql.SQL("GRANT SELECT, UPDATE ON site_extension_configs TO {}")
    installation.rows(grant.format(role))
    policy = sql.SQL("CREATE POLICY {0} ON site_extension_configs TO {0} USING (TRUE)")
    installation.rows(policy.format(role))
    try:
        yield name
    finally:
        installation.rows(sql.SQL("DROP OWNED BY {}").format(role))
        installation.rows(sql.SQL("DROP ROLE {}").format(role))


def edit_behind_back(
    installation: Installation, role: str, sites: list[UUID], interval: int, program: str = "psql"
) -> int:
    """Set ``syncInterval`` at sites as a role, with a program. Commits; return how many rows."""
    login = {"user": role, "password": "as-good-as-any"}
    elsewhere = make_conninfo(installation.owner_url, application_name=program, **login)
    with connect(elsewhere) as connection:
        return connection.execute(_SET_INTERVAL.encode(), [interval, sites]).rowcount
