"""What a reader and a signer see: their sites by the names of the tables, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from reconciler.database.connection import Connection
from tests.support.databases import fresh_database
from tests.support.installation import (
    BREMEN,
    CORK,
    DASHBOARD,
    DAYTON,
    ERP,
    SIGNATURE,
    Installation,
)
from tests.support.logins import AUDITOR, READER, SERVICE, SIGNER, Login, grant_site, new_login
from tests.support.planted_site import SITE_TABLES

READABLE = SITE_TABLES[1:]
WITH_ROWS = (
    "site_extension_configs",
    "site_extension_config_versions",
    "configuration_audit_log",
    "configuration_audit_chain",
    "configuration_snapshots",
    "v_site_config_status",
)


@pytest.fixture(scope="module")
def database(server_url: str, signed_installation: Installation) -> Iterator[str]:
    """A copy that these tests share; what they grant is to logins of their own."""
    with fresh_database(server_url, signed_installation.database) as url:
        yield url


@pytest.fixture(params=[READER, SIGNER])
def login(request: pytest.FixtureRequest, database: str) -> Iterator[Login]:
    with new_login(database, request.param) as made:
        yield made


def sites_in(connection: Connection, table: str) -> set[UUID]:
    """The sites whose rows a login sees that has put the schema of granted sites first."""
    connection.execute("SET search_path = granted_sites, public")
    found = connection.execute(sql.SQL("SELECT site_id FROM {}").format(sql.Identifier(table)))
    return {site for (site,) in found}


@pytest.mark.parametrize("table", READABLE)
def test_nothing_is_seen_before_a_site_is_granted(database: str, login: Login, table: str) -> None:
    with login.connection(database) as connection:
        assert sites_in(connection, table) == set()


@pytest.mark.parametrize("table", READABLE)
def test_a_granted_site_is_read_by_the_names_and_columns_of_the_tables(
    database: str, login: Login, table: str
) -> None:
    grant_site(database, BREMEN, login)
    columns = (
        "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0"
    )
    with login.connection(database) as connection:
        seen = sites_in(connection, table)
        shown, kept = (
            connection.execute(columns, [f"{schema}.{table}"]).fetchone()
            for schema in ("granted_sites", "public")
        )
    assert shown == kept
    assert seen == ({BREMEN} if table in WITH_ROWS else seen & {BREMEN})


def test_all_the_rows_of_a_granted_site_are_seen(database: str, login: Login) -> None:
    grant_site(database, BREMEN, login)
    with login.connection(database) as connection, psycopg.connect(database) as owner:
        for table in set(READABLE) - {"configuration_snapshots"}:
            everything = sql.SQL("SELECT it::text FROM {} AS it WHERE site_id = %s ORDER BY 1")
            kept = owner.execute(everything.format(sql.Identifier(table)), [BREMEN]).fetchall()
            granted = everything.format(sql.Identifier("granted_sites", table))
            assert connection.execute(granted, [BREMEN]).fetchall() == kept


def test_a_session_set_to_a_site_sees_no_other_that_is_granted(database: str, login: Login) -> None:
    for site in (BREMEN, CORK):
        grant_site(database, site, login)
    with login.connection(database) as connection:
        assert sites_in(connection, "site_extension_configs") == {BREMEN, CORK}
        connection.execute("SELECT set_config('app.site_id', %s, FALSE)", [str(CORK)])
        assert sites_in(connection, "site_extension_configs") == {CORK}
        connection.execute("SELECT set_config('app.site_id', %s, FALSE)", [str(DAYTON)])
        assert sites_in(connection, "site_extension_configs") == set()


def test_a_site_is_granted_to_the_login_and_not_to_a_role_that_it_sets(
    database: str, login: Login
) -> None:
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO site_access (site_id, grantee) SELECT %s, unnest(%s::name[]) "
            "ON CONFLICT DO NOTHING",
            [CORK, [READER, SIGNER]],
        )
    with login.connection(database) as connection:
        for role in (READER, SIGNER):
            if connection.execute("SELECT pg_has_role(%s, 'MEMBER')", [role]).fetchone() == (True,):
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        assert sites_in(connection, "site_extension_configs") == set()


def test_a_table_that_is_granted_in_spite_of_all_shows_granted_sites_only(
    database: str, login: Login
) -> None:
    grant_site(database, BREMEN, login)
    tables = SITE_TABLES[1:-2]
    with psycopg.connect(database) as owner:
        for table in tables:
            owner.execute(
                sql.SQL("GRANT SELECT ON {} TO {}").format(
                    sql.Identifier(table), sql.Identifier(login.name)
                )
            )
    with login.connection(database) as connection:
        for table in tables:
            seen = connection.execute(
                sql.SQL("SELECT DISTINCT site_id FROM public.{}").format(sql.Identifier(table))
            ).fetchall()
            assert seen in ([], [(BREMEN,)])


def test_a_conflict_with_another_site_is_told_without_naming_it(
    database: str, login: Login
) -> None:
    grant_site(database, BREMEN, login)
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO extension_conflicts_detected (site_id, extension_id_1, extension_id_2, "
            "conflict_type, scope, site_id_2, policy_1, policy_2, reason, resolution_notes) "
            "VALUES (%s, %s, 'unseen', 'policy', 'global', %s, 'own', 'unseen', 'unseen', "
            "'unseen')",
            [BREMEN, ERP, CORK],
        )
        owner.execute(
            "UPDATE site_extension_configs SET detected_conflicts = '{unseen,e-signature}', "
            'validation_errors = \'[{"code": "conflict-policy", "message": "unseen"}, '
            '{"code": "other"}]\' WHERE site_id = %s AND extension_id = %s',
            [BREMEN, ERP],
        )
        owner.commit()
        with login.connection(database) as connection:
            told = connection.execute(
                "SELECT extension_id_1, policy_1, extension_id_2, site_id_2, policy_2, reason "
                "FROM granted_sites.extension_conflicts_detected"
            ).fetchall()
            verdict = connection.execute(
                "SELECT detected_conflicts, validation_errors "
                "FROM granted_sites.site_extension_configs WHERE extension_id = %s",
                [ERP],
            ).fetchall()
            grant_site(database, CORK, login)
            both = connection.execute(
                "SELECT extension_id_2, site_id_2 FROM granted_sites.extension_conflicts_detected"
            ).fetchall()
        owner.execute("DELETE FROM extension_conflicts_detected")
    assert told == [(ERP, "own", None, None, None, "with an extension of another site")]
    assert verdict == [([SIGNATURE], [{"code": "other"}])]
    assert both == [("unseen", CORK)]


def test_what_records_repeat_of_findings_about_other_sites_is_left_out(
    database: str, login: Login
) -> None:
    grant_site(database, BREMEN, login)
    with psycopg.connect(database) as owner:
        owner.execute(
            "INSERT INTO configuration_audit_log (site_id, extension_id, action, details) "
            "VALUES (%s, %s, 'reconfigured', %s)",
            [
                BREMEN,
                ERP,
                Jsonb(
                    {
                        "origin": "out-of-band",
                        "forced": {"reason": "a leak", "overridden": [{"message": "unseen"}]},
                        "waivers": [
                            {"code": "conflict-policy", "subject": "unseen"},
                            {"code": "x"},
                        ],
                    }
                ),
            ],
        )
        owner.execute(
            "INSERT INTO configuration_snapshots (site_id, configurations, signoffs) "
            "VALUES (%s, %s, '[]')",
            [BREMEN, Jsonb([{"version": "1", "detected_conflicts": ["unseen"]}])],
        )
    with login.connection(database) as connection:
        (details,) = connection.execute(
            "SELECT details FROM granted_sites.configuration_audit_log "
            "ORDER BY sequence DESC LIMIT 1"
        ).fetchone() or (None,)
        (snapshot,) = connection.execute(
            "SELECT configurations FROM granted_sites.configuration_snapshots "
            "ORDER BY snapshot_at DESC LIMIT 1"
        ).fetchone() or (None,)
    assert details == {
        "origin": "out-of-band",
        "forced": {"reason": "a leak"},
        "waivers": [{"code": "x"}],
    }
    assert snapshot == [{"version": "1"}]


@pytest.mark.parametrize("role", [SERVICE, AUDITOR])
def test_the_service_and_the_auditor_read_all_sites(database: str, role: str) -> None:
    views = ("configuration_audit_records", "site_config_status", "unsigned_compliance")
    with new_login(database, role) as made, made.connection(database) as connection:
        for relation in (*SITE_TABLES[1:-2], *views):
            rows = sql.SQL("SELECT site_id FROM {}").format(sql.Identifier(relation))
            seen = {site for (site,) in connection.execute(rows)}
            with psycopg.connect(database) as owner:
                assert seen == {site for (site,) in owner.execute(rows)}
        configured = connection.execute(
            "SELECT DISTINCT site_id FROM site_extension_configs WHERE extension_id <> %s",
            [DASHBOARD],
        ).fetchall()
    assert {site for (site,) in configured} == {BREMEN, CORK, DAYTON}


def test_a_login_of_no_role_reads_nothing(database: str) -> None:
    with new_login(database) as made, made.connection(database) as connection:
        for relation in (*SITE_TABLES, "granted_sites.site_extension_configs"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(
                    sql.SQL("SELECT * FROM {}").format(sql.Identifier(*relation.split(".")))
                )
