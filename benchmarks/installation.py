"""A database server with a generated installation: empty, and with its base state applied.

The program works as a login that is a member of ``reconciler_service`` and no more, as in an
installation. Databases are copied from templates, so that every run begins with the same.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from benchmarks.catalog_files import USERS
from benchmarks.measuring import measure
from benchmarks.product import PROGRAM
from benchmarks.shape import Shape, site_id

_COPIES_BY_FILE = 150_000
_PLAIN_TABLES = Path(__file__).with_name("plain_tables.sql")
_MACHSHOP_TABLES = Path(__file__).parents[1] / "sql" / "machshop_tables.sql"


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the databases of one size are, and who works in them."""

    server: str
    login: str
    password: str
    prefix: str

    def administrator(self, name: str) -> str:
        """Return how the server's owner connects to one of the databases."""
        return make_conninfo(self.server, dbname=f"{self.prefix}_{name}")

    def service(self, name: str) -> str:
        """Return how the reconciler's login connects to one of the databases."""
        parameters = psycopg.conninfo.conninfo_to_dict(self.administrator(name))
        host = quote(str(parameters.get("host") or ""), safe="")
        port = parameters.get("port") or 5432
        database = parameters["dbname"]
        return f"postgresql://{self.login}:{self.password}@/{database}?host={host}&port={port}"

    def copy(self, name: str, template: str) -> None:
        """Make a database a copy of another one, in place of what it was."""
        self.drop(name)
        with psycopg.connect(self.server, autocommit=True) as connection:
            # Otherwise every page of it goes through the write-ahead log.
            by_file = connection.info.server_version >= _COPIES_BY_FILE
            how = sql.SQL("STRATEGY file_copy" if by_file else "")
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
            names = (self._identifier(name), self._identifier(template))
            connection.execute(statement.format(*names, how))

    def create(self, name: str) -> None:
        """Create a database with nothing in it."""
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(self._identifier(name)))

    def create_plain(self, name: str) -> None:
        """Make a database one that has the reconciler's tables without all that guards them."""
        self.copy(name, "empty")
        with psycopg.connect(self.administrator(name)) as connection:
            connection.execute(_PLAIN_TABLES.read_bytes())

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(self._identifier(name)))

    def settle(self, name: str) -> None:
        """Have the server do now what it would do by itself after many writes."""
        with psycopg.connect(self.administrator(name), autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")

    def _identifier(self, name: str) -> sql.Identifier:
        return sql.Identifier(f"{self.prefix}_{name}")

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def installation(server: str, shape: Shape, repository: Path) -> Iterator[Installation]:
    """Yield an installation whose database ``empty`` has MachShop's rows and the schema."""
    mark = secrets.token_hex(4)
    made = Installation(server, f"bench_{mark}", secrets.token_hex(16), f"bench_{mark}")
    names = ("empty", "loaded", "work", "floor", "usual")
    try:
        made.create("empty")
        _create_machshop(made, shape)
        environment = {"DATABASE_URL": made.administrator("empty")}
        measure([PROGRAM, "db", "migrate", "--quiet"], repository, environment)
        _create_login(made)
        yield made
    finally:
        for name in names:
            made.drop(name)
        with psycopg.connect(server, autocommit=True) as connection:
            role = sql.Identifier(made.login)
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))


def _create_machshop(made: Installation, shape: Shape) -> None:
    with psycopg.connect(made.administrator("empty")) as connection, connection.cursor() as cursor:
        cursor.execute(_MACHSHOP_TABLES.read_bytes())
        with cursor.copy("COPY sites (id, name, status, created_at) FROM STDIN") as copy:
            for site in range(shape.sites):
                copy.write_row((site_id(site), f"Plant {site}", "active", "2026-01-01Z"))
        cursor.executemany("INSERT INTO users (id, username, email) VALUES (%s, %s, %s)", USERS)


def _create_login(made: Installation) -> None:
    with psycopg.connect(made.administrator("empty"), autocommit=True) as connection:
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE reconciler_service")
        connection.execute(create.format(sql.Identifier(made.login), sql.Literal(made.password)))
