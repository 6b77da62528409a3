"""Adopting needs no superuser: a login that owns the database and MachShop's tables does it."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
from psycopg import sql

from reconciler.database.connection import connect
from reconciler.operations.adoption import adopt
from tests.cli.conftest import Command
from tests.support.databases import fresh_database
from tests.support.logins import SERVICE, Login, new_login
from tests.support.seed import keep, make_seed

FLAGS = ("--service-user", "user-0", "--mes-version", "4.2.0", "--api-version", "v2.4")


def give(database: str, login: Login) -> None:
    """Make a login the owner of a database and of its schema, as a provider does."""
    with psycopg.connect(database, autocommit=True) as superuser:
        owner, name = sql.Identifier(login.name), sql.Identifier(superuser.info.dbname)
        superuser.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
        superuser.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))


def test_a_login_that_owns_the_tables_adopts_them_and_the_service_plans_what_it_adopted(
    server_url: str, template: str, command: Command, tmp_path: Path
) -> None:
    assert template, "the roles are there already"
    with (
        fresh_database(server_url) as database,
        new_login(database, "reconciler_owner") as owner,
        new_login(database, SERVICE) as service,
    ):
        give(database, owner)
        make_seed(owner.url(database))
        keep(owner.url(database))
        with connect(owner.url(database)) as connection:
            done = adopt(connection)
        assert done is not None
        assert done.findings == ()
        out = str(tmp_path / "desired-state")
        there = {"DATABASE_URL": service.url(database)}
        exported = command("export", "--out", out, "--without-catalog", *FLAGS, **there)
        assert exported.code == 0, exported.err
        with service.connection(database) as connection:
            counted = connection.execute("SELECT count(*) FROM adopted_hashes").fetchone()
        assert counted == (24,)


def test_an_adoption_says_as_data_what_it_did(seed: str, command: Command) -> None:
    done = command("db", "migrate", "--json", DATABASE_URL=seed)
    said = json.loads(done.out)
    assert said["committed"] is True
    assert said["timestamps_in"] == "UTC"
    assert said["findings"] == []
    assert {table["name"]: table["has"] for table in said["tables"]}["compliance_signoffs"] == 72
