"""Who may do what: no role has more than it needs, and records are closed to all of them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from reconciler.database.connection import Connection
from tests.support.databases import fresh_database
from tests.support.installation import CORK, DASHBOARD, ENGINEER_USER, ERP, Installation
from tests.support.logins import AUDITOR, READER, ROLES, SERVICE, SIGNER, Login, new_login
from tests.support.planted_site import SITE_TABLES, plant

READ, APPEND, KEEP = {"SELECT"}, {"SELECT", "INSERT"}, {"SELECT", "INSERT", "UPDATE"}
WRITE = {*KEEP, "DELETE"}
ALL_SITES_VIEWS = ("configuration_audit_records", "site_config_status", "unsigned_compliance")
READABLE = (
    *("reconcile_runs", "reconciler_migrations", "reporting_refreshes", "sites", "users"),
    *ALL_SITES_VIEWS,
)
TABLES = SITE_TABLES[1:-2]
SETTLED = ("settled_sites", "settled_state")
ROLLUPS = "site_applied_rollups"
PRIVILEGES = {
    AUDITOR: dict.fromkeys(
        (*READABLE, *TABLES, *SETTLED, ROLLUPS, "adopted_hashes", "adoption_leftovers"), READ
    ),
    SERVICE: dict.fromkeys((*READABLE, *TABLES, ROLLUPS, "adopted_hashes"), READ)
    | {
        "reconcile_runs": APPEND,
        "site_extension_config_versions": APPEND,
        "compliance_signoffs": APPEND,
        "configuration_audit_log": APPEND,
        "configuration_snapshots": APPEND,
        "extension_conflicts_detected": KEEP,
        "site_derived_records": KEEP,
        "site_extension_configs": WRITE,
        "compliance_requirements": WRITE,
        "extension_dependency_cache": WRITE,
        **dict.fromkeys(SETTLED, WRITE),
    },
    READER: {},
    SIGNER: {},
}
SIGNED = {
    "site_id", "extension_id", "aspect", "signed_by", "signed_role", "meaning", "config_hash",
    "config_version", "notes",
}  # fmt: skip
HELD = """
SELECT relname::text, privilege_type
FROM pg_class, aclexplode(relacl)
WHERE relnamespace = 'public'::regnamespace AND grantee = %s::regrole
"""
RECORDS = (
    "configuration_audit_log",
    "configuration_audit_archive",
    "configuration_audit_chain",
    "site_extension_config_versions",
    ROLLUPS,
    "configuration_snapshots",
    "compliance_signoffs",
    "reconcile_runs",
)
DERIVED = (
    "compliance_requirements",
    "extension_dependency_cache",
    "extension_conflicts_detected",
    "site_derived_records",
)
ALTERATIONS = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "MERGE INTO {table} AS it USING (VALUES (1)) AS one (n) ON TRUE WHEN MATCHED THEN DELETE",
)
DEMOLITIONS = (
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} RENAME TO gone",
    "ALTER TABLE {table} DROP COLUMN {column}",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION reconciler_refuse_change()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE POLICY mine ON {table} USING (TRUE)",
    "SET session_replication_role = replica",
    "SET ROLE reconciler_owner",
)


BACK_DATED = (
    (
        "INSERT INTO reconcile_runs (id, kind, status, summary, tool_version, recorded_at, "
        "recorded_by) VALUES (gen_random_uuid(), 'apply', 'failed', '{}', '0', '2001-01-01', "
        "'x')"
    ),
    (
        "INSERT INTO site_extension_config_versions (site_id, extension_id, config_version, "
        "run_id, recorded_at, recorded_by) SELECT site_id, extension_id, 99, run_id, "
        "'2001-01-01', 'x' FROM site_extension_config_versions LIMIT 1"
    ),
    (
        "INSERT INTO configuration_snapshots (site_id, configurations, signoffs, recorded_at,"
        " recorded_by, snapshot_at) SELECT id, '[]', '[]', '2001-01-01', 'x', '2001-01-01' "
        "FROM sites LIMIT 1"
    ),
    (
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, "
        "signed_role, config_hash, config_version, recorded_at, recorded_by) SELECT site_id, "
        "extension_id, 'another', signed_by, signed_role, config_hash, config_version, "
        "'2001-01-01', 'x' FROM compliance_signoffs LIMIT 1"
    ),
)
TRIGGERS = (
    "ALTER TABLE {table} DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON {table}",
)


@pytest.fixture(scope="module")
def database(server_url: str, signed_installation: Installation) -> Iterator[str]:
    """A copy with a row in every table, that these tests share and do not change."""
    with fresh_database(server_url, signed_installation.database) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            plant(connection)
        yield url


@pytest.fixture(scope="module")
def logins(database: str) -> Iterator[dict[str, Login]]:
    with (
        new_login(database, SERVICE) as service,
        new_login(database, READER) as reader,
        new_login(database, AUDITOR) as auditor,
        new_login(database, SIGNER) as signer,
    ):
        yield dict(zip(ROLES, (service, reader, auditor, signer), strict=True))


@pytest.fixture
def service(database: str, logins: dict[str, Login]) -> Iterator[Connection]:
    """The service's own login, in a transaction that is rolled back."""
    with logins[SERVICE].connection(database) as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_no_privilege_that_it_does_not_need(
    signed_installation: Installation, role: str
) -> None:
    held: dict[str, set[str]] = {}
    for relation, privilege in signed_installation.rows(HELD, [role]):
        held.setdefault(relation, set()).add(privilege)
    assert held == PRIVILEGES[role]


def test_columns_are_granted_to_the_signer_alone(signed_installation: Installation) -> None:
    granted = signed_installation.rows(
        "SELECT attrelid::regclass::text, attname::text, grantee::regrole::text, privilege_type "
        "FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) "
        "WHERE relnamespace = 'public'::regnamespace"
    )
    assert {row[:1] + row[2:] for row in granted} == {("compliance_signoffs", SIGNER, "INSERT")}
    assert {column for _, column, _, _ in granted} == SIGNED


def test_everybody_else_may_do_nothing_in_the_schema(signed_installation: Installation) -> None:
    granted = signed_installation.rows(
        "SELECT relname FROM pg_class, aclexplode(relacl) "
        "WHERE relnamespace IN ('public'::regnamespace, 'granted_sites'::regnamespace) "
        "AND grantee = 0 UNION ALL "
        "SELECT proname FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) "
        "WHERE pronamespace = 'public'::regnamespace AND prosecdef AND grantee = 0 UNION ALL "
        "SELECT nspname FROM pg_namespace, aclexplode(nspacl) "
        "WHERE nspname IN ('public', 'granted_sites') AND grantee = 0 "
        "AND privilege_type = 'CREATE'"
    )
    assert granted == []


def test_every_table_of_sites_is_under_forced_row_security(
    signed_installation: Installation,
) -> None:
    unforced = signed_installation.rows(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND attname = 'site_id' AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert unforced == []


def test_functions_with_the_owners_rights_pin_all_that_a_client_could_set(
    signed_installation: Installation,
) -> None:
    functions = signed_installation.rows(
        "SELECT proname, proconfig, proowner::regrole::text FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    assert len(functions) > len(TABLES)
    for name, settings, owner in functions:
        assert owner == "reconciler_owner", name
        assert set(settings) == {
            "search_path=public, pg_temp",
            "row_security=on",
            "client_min_messages=warning",
        }, name


def test_everything_belongs_to_an_owner_that_nobody_logs_in_as(
    signed_installation: Installation,
) -> None:
    strangers = signed_installation.rows(
        "SELECT relname::text FROM pg_class WHERE relnamespace IN "
        "('public'::regnamespace, 'granted_sites'::regnamespace) "
        "AND relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner <> 'reconciler_owner'::regrole"
    )
    assert {name for (name,) in strangers} == {"sites", "users"}
    roles = signed_installation.rows(
        "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'reconciler\\_%' AND NOT "
        "(rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)"
    )
    assert {name for (name,) in roles} == {"reconciler_owner", *ROLES}


@pytest.mark.parametrize("table", RECORDS)
@pytest.mark.parametrize("role", ROLES)
def test_a_record_is_closed_to_every_role(
    database: str, logins: dict[str, Login], role: str, table: str
) -> None:
    refused(logins[role], database, table, (*ALTERATIONS, *DEMOLITIONS, *TRIGGERS))


@pytest.mark.parametrize("table", [*DERIVED, "site_extension_configs", "site_access", "sites"])
@pytest.mark.parametrize("role", ROLES)
def test_no_role_takes_a_table_apart(
    database: str, logins: dict[str, Login], role: str, table: str
) -> None:
    writes = PRIVILEGES[role].get(table, set())
    more = () if writes & {"UPDATE", "DELETE"} else ALTERATIONS
    refused(logins[role], database, table, (*DEMOLITIONS, *more))


def test_partitions_are_closed_to_every_role(database: str, logins: dict[str, Login]) -> None:
    with psycopg.connect(database) as owner:
        partitions = owner.execute(
            "SELECT DISTINCT tableoid::regclass::text FROM configuration_audit_log"
        ).fetchall()
    for login in logins.values():
        for (partition,) in partitions:
            attempts = ("INSERT INTO {table} SELECT * FROM {table}", "SELECT FROM {table}")
            refused(login, database, partition, (*ALTERATIONS, *attempts))


def refused(login: Login, database: str, table: str, attempts: tuple[str, ...]) -> None:
    with login.connection(database) as connection:
        ((column, version),) = connection.execute(
            "SELECT attname::text, current_setting('server_version_num')::integer "
            "FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1",
            [table],
        ).fetchall()
        for attempt in attempts:
            if attempt.startswith("MERGE") and version < 150000:
                continue
            statement = sql.SQL(attempt).format(
                table=sql.Identifier(table), column=sql.Identifier(column)
            )
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)


@pytest.mark.parametrize("table", ["configuration_audit_archive", "configuration_audit_chain"])
def test_the_service_writes_neither_archive_nor_chain_by_itself(
    service: Connection, table: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        service.execute(sql.SQL("INSERT INTO {0} SELECT * FROM {0}").format(sql.Identifier(table)))


def test_the_service_cannot_forge_time_user_or_sequence_of_an_audit_row(
    service: Connection,
) -> None:
    service.execute("SET application_name = 'reconciler'")
    row = service.execute(
        "INSERT INTO configuration_audit_log "
        "(site_id, extension_id, action, changed_by, changed_at, recorded_by, sequence) "
        "VALUES (%s, %s, 'reconfigured', %s, '2001-01-01', 'somebody', -1) RETURNING "
        "changed_at = transaction_timestamp(), recorded_by = session_user, "
        "sequence = (SELECT max(sequence) FROM configuration_audit_log) + 1",
        [CORK, ERP, ENGINEER_USER],
    ).fetchone()
    assert row == (True, True, True)


def test_the_service_cannot_leave_a_run_a_version_or_a_snapshot_of_another_time(
    service: Connection,
) -> None:
    stamped = "recorded_at = transaction_timestamp(), recorded_by = session_user"
    for statement in BACK_DATED:
        assert service.execute(f"{statement} RETURNING {stamped}".encode()).fetchone() == (
            True,
            True,
        )


def test_an_edit_by_the_service_itself_outside_a_run_is_recorded(
    service: Connection, logins: dict[str, Login]
) -> None:
    service.execute(
        "UPDATE site_extension_configs SET version = '9' WHERE site_id = %s AND extension_id = %s",
        [CORK, DASHBOARD],
    )
    row = service.execute(
        "SELECT details ->> 'origin', details ->> 'sessionUser', recorded_by "
        "FROM configuration_audit_log ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    name = logins[SERVICE].name
    assert row == ("out-of-band", name, name)


@pytest.mark.parametrize("role", [AUDITOR, READER, SIGNER])
def test_nobody_but_the_service_passes_for_the_reconciler(
    database: str, logins: dict[str, Login], role: str
) -> None:
    with logins[role].connection(database) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO reconcile_runs (id, kind, status, summary, tool_version) "
                "VALUES (gen_random_uuid(), 'apply', 'applied', '{}', '0')"
            )
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT reconciler_owns_transaction()")
