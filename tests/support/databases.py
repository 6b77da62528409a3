"""Fresh databases for tests: created, copied from a template, dropped."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from reconciler.database.migrations import create_machshop_tables, migrate
from tests.support.logins import ensure_service_login

# Any number will do, as long as nothing else in the maintenance database locks it.
_MIGRATING = 7_303_014
_END_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


@contextlib.contextmanager
def fresh_database(server_url: str, template: str = "template0") -> Iterator[str]:
    """Yield the URL of a new database, a copy of ``template``, dropped with its sessions after."""
    name = f"test_{uuid.uuid4().hex}"
    identifier = sql.Identifier(name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
    try:
        _on_server(server_url, create, without_sessions_in=template)
        yield url_of_database(server_url, name)
    finally:
        _on_server(server_url, drop)


@contextlib.contextmanager
def template_database(server_url: str) -> Iterator[str]:
    """Yield the name of a database with MachShop's tables and the whole schema, for copying.

    The server has the service's login afterwards. Migrations create roles, which belong to the
    server: processes that share one take turns.
    """
    with fresh_database(server_url) as url:
        with (
            # One transaction: behind a pooler a session's lock would outlive the client.
            psycopg.connect(server_url) as taking_turns,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            taking_turns.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATING])
            create_machshop_tables(connection)
            migrate(connection)
            ensure_service_login(url)
        yield urlsplit(url).path.removeprefix("/")


def url_of_database(server_url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def _on_server(
    server_url: str, statement: sql.Composed, *, without_sessions_in: str | None = None
) -> None:
    connection: psycopg.Connection[Any]
    with psycopg.connect(server_url, autocommit=True) as connection:
        # A database that is copied may have no session, and a pooler keeps some for its clients.
        connection.execute(_END_SESSIONS, [without_sessions_in])
        connection.execute(statement)
