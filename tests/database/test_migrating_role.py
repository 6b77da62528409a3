"""Migrating needs no superuser: a database's owner that may create roles can do it all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from reconciler.database.migrations import all_migrations, create_machshop_tables, migrate
from tests.support.databases import fresh_database
from tests.support.installation import Installation, make_repository
from tests.support.logins import SERVICE, Login, create_login, new_login
from tests.support.servers import POSTGRES_VARIABLE, held_server

# As it is in every database that was made by PostgreSQL 14, and in those upgraded from it.
OPENED = "ALTER SCHEMA public OWNER TO {}; GRANT ALL ON SCHEMA public TO PUBLIC"
MAY_CREATE = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
EVERYBODY = "public"


@pytest.fixture(scope="module")
def untouched_server() -> Iterator[str]:
    """A server of its own that no migration has brought the roles to yet."""
    with held_server(os.environ.get(POSTGRES_VARIABLE, "18")) as url:
        yield url


def give(database: str, login: Login) -> None:
    """Make a login the owner of a database and of its schema, as a provider does."""
    with psycopg.connect(database, autocommit=True) as superuser:
        owner = sql.Identifier(login.name)
        name = sql.Identifier(superuser.info.dbname)
        superuser.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
        superuser.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))


def migrate_as(database: str, login: Login) -> None:
    with login.connection(database) as connection:
        create_machshop_tables(connection)
        assert migrate(connection) == list(all_migrations())


def may_create(database: str, role: str) -> bool:
    with psycopg.connect(database) as connection:
        return connection.execute(MAY_CREATE, [role]).fetchone() == (True,)


def open_schema(database: str) -> None:
    """Let everybody create objects in the schema, which belongs to the superuser."""
    with psycopg.connect(database) as superuser:
        superuser.execute(sql.SQL(OPENED).format(sql.Identifier(superuser.info.user)))


def test_an_owner_that_may_create_roles_migrates_the_databases_of_a_server(
    untouched_server: str, tmp_path: Path
) -> None:
    make_repository(tmp_path)
    with fresh_database(untouched_server) as first, fresh_database(untouched_server) as second:
        owner = create_login(first, options="CREATEROLE")
        for database in (first, second):
            give(database, owner)
            migrate_as(database, owner)
        Installation(tmp_path, owner.url(second)).bootstrap()
        service = Installation(tmp_path, second, create_login(second, SERVICE))
        assert service.apply().run_id is not None
        assert service.plan().changes == ()
        assert service.rows("SELECT count(*) FROM site_config_status") == [(3,)]
        assert service.rows("SELECT count(*) > 0 FROM unsigned_compliance") == [(True,)]


def test_an_owner_that_was_made_a_member_needs_no_right_to_create_roles(
    server_url: str, template: str
) -> None:
    assert template, "the roles are there already"
    with fresh_database(server_url) as database, new_login(database, "reconciler_owner") as owner:
        give(database, owner)
        migrate_as(database, owner)


def test_a_schema_that_everybody_may_create_in_is_closed_but_to_its_owners(
    server_url: str, template: str
) -> None:
    assert template
    with fresh_database(server_url) as database, new_login(database) as machshop:
        open_schema(database)
        with machshop.connection(database) as connection:
            create_machshop_tables(connection)
        with psycopg.connect(database, autocommit=True) as superuser:
            migrate(superuser)
        assert not may_create(database, EVERYBODY)
        assert may_create(database, machshop.name)


def test_a_migrating_role_that_cannot_close_the_schema_says_who_can(
    server_url: str, template: str
) -> None:
    assert template
    with fresh_database(server_url) as database, new_login(database, "reconciler_owner") as owner:
        open_schema(database)
        with owner.connection(database) as connection:
            create_machshop_tables(connection)
            with pytest.raises(
                errors.InsufficientPrivilege, match="everybody may create"
            ) as refused:
                migrate(connection)
        assert "REVOKE CREATE ON SCHEMA public FROM PUBLIC" in str(refused.value.diag.message_hint)
        assert owner.name in str(refused.value.diag.message_hint)
