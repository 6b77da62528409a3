"""Logins for tests: members of the reconciler's roles, each with a name of its own.

Roles belong to the server and databases of tests come and go, so a login is dropped at the end
with everything that it was granted or made.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from reconciler.database.connection import Connection

SERVICE, READER = "reconciler_service", "reconciler_reader"
AUDITOR, SIGNER = "reconciler_auditor", "reconciler_signer"
ROLES = (SERVICE, READER, AUDITOR, SIGNER)
_PASSWORD = "as-good-as-any"  # noqa: S105 - of a login that is gone after the test


@dataclass(frozen=True, slots=True)
class Login:
    """A login of the server, which may be used in any of its databases."""

    name: str

    def url(self, database: str) -> str:
        """Return how this login connects to the database that a URL names."""
        return make_conninfo(database, user=self.name, password=_PASSWORD)

    @contextlib.contextmanager
    def connection(self, database: str) -> Iterator[Connection]:
        """Yield a connection of this login, in autocommit."""
        with psycopg.connect(self.url(database), autocommit=True) as opened:
            yield opened


SERVICE_LOGIN = Login("test_service")
"""What the tests' applies run as, as a plant's do: a member of the service's role alone."""


def ensure_service_login(database: str) -> None:
    """Make the service's login on a migrated server that has none; it stays there.

    Args:
        database: the URL, as a superuser, of any database of the server.
    """
    name = SERVICE_LOGIN.name
    with psycopg.connect(database, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            return
    named = sql.Identifier(name)
    create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}")
    _run(database, create.format(named, sql.Literal(_PASSWORD), sql.Identifier(SERVICE)))


def create_login(database: str, *roles: str, options: LiteralString = "") -> Login:
    """Create a login that is a member of ``roles``, with options such as ``CREATEROLE``."""
    login = Login(f"test_{uuid.uuid4().hex[:20]}")
    named = sql.Identifier(login.name)
    create = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
    _run(
        database,
        create.format(named, sql.SQL(options), sql.Literal(_PASSWORD)),
        *(sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), named) for role in roles),
    )
    return login


@contextlib.contextmanager
def new_login(database: str, *roles: str, also_in: Sequence[str] = ()) -> Iterator[Login]:
    """Yield a new login that is a member of ``roles``, and drop it.

    Args:
        database: the URL, as a superuser, of the database where the login is used.
        roles: what it is a member of.
        also_in: the URLs of more databases where it is granted something.
    """
    login = create_login(database, *roles)
    try:
        yield login
    finally:
        drop_login(database, login, also_in)


def drop_login(database: str, login: Login, also_in: Sequence[str] = ()) -> None:
    """Drop a login with everything that it was granted or made."""
    named = sql.Identifier(login.name)
    for place in (*also_in, database):
        _run(
            place,
            sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(named),
            sql.SQL("DROP OWNED BY {}").format(named),
        )
    _run(database, sql.SQL("DROP ROLE {}").format(named))


def grant_site(database: str, site: UUID, login: Login) -> None:
    """Grant a site to a login, as the owner does."""
    _run(
        database,
        sql.SQL("INSERT INTO site_access (site_id, grantee) VALUES ({}, {})").format(
            sql.Literal(site), sql.Literal(login.name)
        ),
    )


def _run(database: str, *statements: sql.Composed) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
