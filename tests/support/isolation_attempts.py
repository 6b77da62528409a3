"""What somebody tries who may read one site and wants to know of another.

An attempt is a name and the statements that are run in its order, in one transaction, each going
on after an error of the one before. The attacker knows the schema, the id of the other site, and
has a guess at what stands there.
"""

# ruff: noqa: ISC004, S608 - statements of an attacker are put together as one would

from __future__ import annotations

from collections.abc import Iterator

from tests.support.planted_site import EXTENSION, HASH, SITE, SITE_TABLES, USER

_VIEWS = tuple(f"granted_sites.{name}" for name in SITE_TABLES if name != "site_access")
_ALL_SITES_VIEWS = ("configuration_audit_records", "site_config_status", "unsigned_compliance")
_KEPT = (*SITE_TABLES, "settled_sites", "site_applied_rollups")
_TABLES = (*_KEPT, "settled_state", "sites", "users", "reconcile_runs", "reconciler_migrations")
_PARTITIONS = tuple(f"configuration_audit_log_{number}" for number in range(16))
RELATIONS = (*_TABLES, *_ALL_SITES_VIEWS, *_VIEWS)
_CHIEF = (*_VIEWS, "site_extension_configs", "configuration_audit_log", "v_site_config_status")
_HASHED = tuple(
    f"granted_sites.{name}" for name in ("site_extension_configs", "compliance_signoffs")
)
_LEAK = (
    "CREATE FUNCTION pg_temp.leak(anyelement) RETURNS boolean LANGUAGE plpgsql "
    "COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN TRUE; END $$"
)
_EXPLAIN = "EXPLAIN (ANALYZE, VERBOSE, BUFFERS OFF, TIMING OFF, SUMMARY OFF)"


def _each(statement: str, relations: tuple[str, ...] = RELATIONS) -> list[str]:
    return [statement.format(relation) for relation in relations]


def _after(setting: str) -> list[str]:
    """Return all that is readable, read after a setting."""
    return [setting, *_each("SELECT * FROM {}", _CHIEF)]


_READING: dict[str, list[str]] = {
    "plain selects of every relation": _each("SELECT * FROM {}"),
    "counts of every relation": _each("SELECT count(*) FROM {}"),
    "the other site's rows by its id": _each(f"SELECT * FROM {{}} WHERE site_id = '{SITE}'"),
    "whole rows as text": _each("SELECT it::text FROM {} AS it WHERE it::text LIKE '%unseen%'"),
    "no columns at all": _each("SELECT FROM {}"),
    "partitions of the audit log by name": [
        *_each("SELECT * FROM {}", _PARTITIONS),
        *_each(f"{_EXPLAIN} SELECT FROM {{}}", _PARTITIONS),
    ],
    "ONLY and the system columns": _each("SELECT ctid, xmin, tableoid FROM ONLY {}"),
    "TABLESAMPLE": _each("SELECT * FROM {} TABLESAMPLE SYSTEM (100) REPEATABLE (1)"),
    "tuples by their place": _each("SELECT * FROM {} WHERE ctid = '(0,1)'"),
    "joins between what is granted and what is not": [
        "SELECT * FROM granted_sites.site_extension_configs JOIN sites ON site_id = sites.id",
        "SELECT * FROM granted_sites.site_extension_configs AS own "
        "RIGHT JOIN site_extension_configs AS theirs USING (extension_id)",
        "SELECT * FROM granted_sites.configuration_audit_log JOIN users ON users.id = changed_by",
        "SELECT * FROM granted_sites.site_extension_config_versions "
        "JOIN reconcile_runs AS run ON run.id = run_id",
    ],
    "lateral and correlated subqueries": [
        f"SELECT * FROM (VALUES ('{SITE}'::uuid)) AS wanted (id), LATERAL "
        "(SELECT * FROM granted_sites.site_extension_configs WHERE site_id = wanted.id) AS it",
        "SELECT EXISTS "
        f"(SELECT FROM granted_sites.configuration_audit_log WHERE site_id = '{SITE}')",
    ],
    "UNION, EXCEPT and window functions over all that is granted": [
        "SELECT site_id FROM granted_sites.site_extension_configs "
        "UNION SELECT site_id FROM granted_sites.configuration_audit_archive",
        "SELECT site_id, lag(site_id) OVER (), count(*) OVER () "
        "FROM granted_sites.configuration_audit_log",
    ],
    "data-modifying WITH": [
        "WITH gone AS (DELETE FROM site_extension_configs RETURNING *) SELECT * FROM gone",
        "WITH moved AS (UPDATE compliance_signoffs SET notes = notes RETURNING *) "
        "SELECT * FROM moved",
    ],
    "SELECT FOR UPDATE, FOR KEY SHARE": [
        *_each("SELECT * FROM {} FOR UPDATE"),
        *_each("SELECT * FROM {} FOR KEY SHARE SKIP LOCKED"),
    ],
    "cursors": [
        "DECLARE own SCROLL CURSOR FOR SELECT * FROM granted_sites.site_extension_configs",
        "FETCH ALL FROM own",
        "FETCH ABSOLUTE -1 FROM own",
        "DECLARE theirs CURSOR FOR SELECT * FROM site_extension_configs",
    ],
    "prepared statements": [
        "PREPARE own (uuid) AS SELECT * FROM granted_sites.configuration_audit_log "
        "WHERE site_id = $1",
        f"EXECUTE own ('{SITE}')",
        "PREPARE theirs AS SELECT * FROM configuration_audit_log",
    ],
    "COPY of tables": _each("COPY {} TO STDOUT"),
    "COPY of queries": _each("COPY (SELECT * FROM {}) TO STDOUT"),
    "COPY to files and programs": [
        "COPY (SELECT * FROM granted_sites.site_extension_configs) TO '/tmp/unwritten'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
    "views, tables and materialized views of one's own": [
        "CREATE TEMPORARY VIEW mine AS SELECT * FROM site_extension_configs",
        "SELECT * FROM mine",
        "CREATE TEMPORARY TABLE copied AS SELECT * FROM configuration_audit_log",
        "CREATE MATERIALIZED VIEW copied AS SELECT * FROM site_extension_configs",
        "REFRESH MATERIALIZED VIEW v_site_config_status",
        "SELECT * FROM v_site_config_status",
    ],
}

_LEAKS: dict[str, list[str]] = {
    "a leaky function of next to no cost": [
        _LEAK,
        *_each("SELECT count(*) FROM {} AS it WHERE pg_temp.leak(it::text)"),
    ],
    "a leaky operator": [
        _LEAK,
        "CREATE FUNCTION pg_temp.leaky_equal(text, text) RETURNS boolean LANGUAGE plpgsql "
        "COST 0.0000001 AS $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN TRUE; END $$",
        "CREATE OPERATOR pg_temp.=== (LEFTARG = text, RIGHTARG = text, "
        "FUNCTION = pg_temp.leaky_equal)",
        *_each("SELECT count(*) FROM {} AS it WHERE it::text OPERATOR(pg_temp.===) ''"),
    ],
    "a function that is said to be leakproof": [
        "CREATE FUNCTION pg_temp.proof(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS "
        "$$ BEGIN RAISE NOTICE '%', $1; RETURN TRUE; END $$",
        "ALTER FUNCTION texteq(text, text) LEAKPROOF",
    ],
    "casts whose errors quote the value": [
        *_each("SELECT * FROM {} AS it WHERE it::text::integer = 1"),
        *_each(f"SELECT * FROM {{}} AS it WHERE site_id = '{SITE}' AND it::text::uuid IS NULL"),
    ],
    "division by zero at a row with a guessed value": [
        "SELECT * FROM granted_sites.site_extension_configs "
        "WHERE 1 / (configuration ->> 'size')::integer = 1",
        f"SELECT 1 / (CASE WHEN config_hash = '{HASH}' THEN 0 ELSE 1 END) "
        "FROM granted_sites.site_extension_configs",
        "SELECT count(*) FROM granted_sites.configuration_audit_log "
        f"WHERE 1 / (CASE WHEN site_id = '{SITE}' THEN 0 ELSE 1 END) = 1",
    ],
    "an aggregate, a sort and a distinct of one's own": [
        _LEAK,
        "SELECT * FROM granted_sites.site_extension_configs AS it "
        "ORDER BY pg_temp.leak(it.config_hash)",
        "SELECT DISTINCT ON (pg_temp.leak(it.config_hash)) extension_id "
        "FROM granted_sites.site_extension_configs AS it",
        "SELECT max(config_hash), min(config_hash) FROM granted_sites.site_extension_configs",
    ],
    "EXPLAIN ANALYZE of everything": _each(f"{_EXPLAIN} SELECT * FROM {{}}"),
    "EXPLAIN ANALYZE by the other site's id": _each(
        f"{_EXPLAIN} SELECT * FROM {{}} WHERE site_id = '{SITE}'"
    ),
    "EXPLAIN ANALYZE with a guessed hash, by index": [
        "SET LOCAL enable_seqscan = off",
        *_each(f"{_EXPLAIN} SELECT * FROM {{}} WHERE config_hash = '{HASH}'", _HASHED),
        f"{_EXPLAIN} SELECT * FROM site_extension_configs WHERE config_hash = '{HASH}'",
        f"{_EXPLAIN} SELECT max(config_hash) FROM granted_sites.site_extension_configs",
    ],
    "EXPLAIN ANALYZE of what runs only after a guess was right": [
        f"{_EXPLAIN} SELECT * FROM {relation} WHERE version = 'unseen-version' "
        "AND extension_id = (SELECT 'never'::text)"
        for relation in ("site_extension_configs", "granted_sites.site_extension_configs")
    ],
    "EXPLAIN's estimates": [
        f"EXPLAIN SELECT * FROM {relation} WHERE {column} {operator} 'unseen-m'"
        for relation in ("site_extension_configs", "granted_sites.site_extension_configs")
        for column in ("extension_id", "config_hash", "version")
        for operator in ("=", "<", ">")
    ],
    "the server's log in the client's notices": [
        "SET LOCAL client_min_messages = log",
        "SET LOCAL debug_print_parse = on",
        "SET LOCAL debug_print_plan = on",
        "SELECT count(*) FROM granted_sites.site_extension_configs",
    ],
    "settings that report on statements": [
        "SET LOCAL client_min_messages = debug2",
        "SET LOCAL log_min_duration_statement = 0",
        "SET LOCAL log_executor_stats = on",
        "LOAD 'auto_explain'",
        "SET LOCAL auto_explain.log_nested_statements = on",
        "SET LOCAL track_functions = 'all'",
    ],
}

_BECOMING: dict[str, list[str]] = {
    "row_security off": _after("SET LOCAL row_security = off"),
    "app.site_id set to the other site": _after(f"SET LOCAL app.site_id = '{SITE}'"),
    "app.site_id set to garbage": _after("SET LOCAL app.site_id = 'garbage'"),
    "app.site_id set to nothing": _after("SET LOCAL app.site_id = ''"),
    "app.site_id changed while a cursor is open": [
        "DECLARE own CURSOR FOR SELECT * FROM granted_sites.site_extension_configs",
        f"SELECT set_config('app.site_id', '{SITE}', TRUE)",
        "FETCH ALL FROM own",
        "SELECT set_config('app.site_id', '', TRUE), * FROM granted_sites.site_extension_configs",
    ],
    "SET ROLE": [
        statement
        for role in ("reconciler_owner", "reconciler_service", "reconciler_auditor", "postgres")
        for statement in (f"SET LOCAL ROLE {role}", "SELECT * FROM site_extension_configs")
    ],
    "SET ROLE to the reader's and the signer's own roles": [
        statement
        for role in ("reconciler_reader", "reconciler_signer", "pg_read_all_data")
        for statement in _after(f"SET LOCAL ROLE {role}")
    ],
    "SET SESSION AUTHORIZATION": [
        "SET LOCAL SESSION AUTHORIZATION reconciler_service",
        "SET LOCAL SESSION AUTHORIZATION DEFAULT",
        "RESET SESSION AUTHORIZATION",
        "SELECT * FROM site_extension_configs",
    ],
    "settings of a superuser": [
        "SET session_replication_role = replica",
        "SET allow_system_table_mods = on",
        "SET zero_damaged_pages = on",
        "SET ignore_system_indexes = on",
        "ALTER SYSTEM SET row_security = off",
        "ALTER ROLE reconciler_reader SET row_security = off",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ],
    "granting to oneself": [
        "GRANT reconciler_service TO CURRENT_USER",
        "GRANT pg_read_all_data TO CURRENT_USER",
        "GRANT SELECT ON site_extension_configs TO CURRENT_USER",
        f"INSERT INTO site_access (site_id, grantee) VALUES ('{SITE}', session_user)",
        "UPDATE site_access SET grantee = session_user",
        f"INSERT INTO site_access VALUES ('{SITE}', session_user) ON CONFLICT DO NOTHING",
    ],
    "changing policies and owners": [
        "CREATE POLICY mine ON site_extension_configs USING (TRUE)",
        "DROP POLICY granted ON site_extension_configs",
        "ALTER TABLE site_extension_configs DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE site_extension_configs NO FORCE ROW LEVEL SECURITY",
        "ALTER VIEW granted_sites.site_extension_configs OWNER TO CURRENT_USER",
        "REASSIGN OWNED BY reconciler_owner TO CURRENT_USER",
    ],
    "objects in the schemas of the product": [
        "CREATE TABLE public.mine (it text)",
        "CREATE FUNCTION public.host(inet) RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        "CREATE VIEW granted_sites.mine AS SELECT 1",
        "CREATE SCHEMA mine",
        "CREATE OR REPLACE FUNCTION reconciler_granted_sites() RETURNS SETOF uuid "
        "LANGUAGE sql AS 'SELECT id FROM sites'",
    ],
    "temporary tables in the place of the product's": [
        "CREATE TEMPORARY TABLE site_access (site_id uuid, grantee name)",
        f"INSERT INTO pg_temp.site_access VALUES ('{SITE}', session_user)",
        "CREATE TEMPORARY TABLE site_extension_configs (site_id uuid)",
        "SET LOCAL search_path = pg_temp, public",
        *_each("SELECT * FROM {}", _VIEWS),
        "SELECT * FROM reconciler_granted_sites()",
    ],
    "temporary functions, types and operators in the place of the system's": [
        "CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql "
        f"AS $$ SELECT '{SITE}' $$",
        "CREATE FUNCTION pg_temp.nullif(text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL'",
        "CREATE FUNCTION pg_temp.always(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT TRUE'",
        "CREATE OPERATOR pg_temp.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = pg_temp.always)",
        "CREATE FUNCTION pg_temp.always(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT TRUE'",
        "CREATE OPERATOR pg_temp.= (LEFTARG = name, RIGHTARG = name, FUNCTION = pg_temp.always)",
        "CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT",
        "SET LOCAL search_path = pg_temp, public, pg_catalog",
        *_each("SELECT * FROM {}", _VIEWS),
    ],
    "triggers and rules on the product's tables": [
        "CREATE FUNCTION pg_temp.copy_it() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE NOTICE '%', NEW; RETURN NEW; END $$",
        "CREATE TRIGGER mine BEFORE INSERT ON site_extension_configs "
        "FOR EACH ROW EXECUTE FUNCTION pg_temp.copy_it()",
        "CREATE RULE mine AS ON UPDATE TO site_extension_configs DO ALSO NOTHING",
        "CREATE PUBLICATION mine FOR TABLE site_extension_configs",
        "CREATE STATISTICS mine ON site_id, extension_id FROM site_extension_configs",
        "CREATE INDEX mine ON site_extension_configs (config_hash)",
    ],
    "inheriting from the product's tables, and joining their partitions": [
        "CREATE TEMPORARY TABLE child () INHERITS (site_extension_configs)",
        "CREATE TEMPORARY TABLE alike (LIKE site_extension_configs INCLUDING ALL)",
        "ALTER TABLE configuration_audit_log DETACH PARTITION configuration_audit_log_0",
        "CREATE TEMPORARY TABLE typed OF site_extension_configs",
    ],
    "the product's functions, called by hand": [
        "SELECT * FROM reconciler_granted_sites()",
        "SELECT reconciler_session_user_id()",
        "SELECT reconciler_sees_every_site()",
        "SELECT reconciler_refresh_views()",
        "SELECT reconciler_owns_transaction()",
        "SELECT reconciler_record_out_of_band()",
        "SELECT reconciler_record_truncate()",
        "SELECT reconciler_link_audit_rows()",
        "SELECT reconciler_check_archived()",
        f"SELECT reconciler_in_session_site('{SITE}')",
        "SELECT reconciler_digest('unseen-version', '{}')",
        "SELECT * FROM reconciler_granted_configuration_audit_log() AS it WHERE it::text <> ''",
        "SELECT reconciler_granted_configuration_snapshots()",
    ],
}

_ORACLES: dict[str, list[str]] = {
    "uniqueness: inserting what may be there": [
        "INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, "
        f"config_hash) VALUES ('{SITE}', '{EXTENSION}', '1', '{{}}', '{HASH}')",
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_role, config_hash, "
        f"config_version) VALUES ('{SITE}', '{EXTENSION}', 'unseen-aspect', 'unseen-role', "
        f"'{HASH}', 1)",
        f"INSERT INTO sites VALUES ('{SITE}', 'unseen-name', 'active', '2026-01-01T00:00:00Z')",
        f"INSERT INTO users (id, username) VALUES ('{USER}', 'unseen-user')",
    ],
    "uniqueness: ON CONFLICT": [
        "INSERT INTO site_extension_configs AS it (site_id, extension_id, version, configuration, "
        f"config_hash) VALUES ('{SITE}', '{EXTENSION}', '1', '{{}}', '{HASH}') "
        "ON CONFLICT (site_id, extension_id) DO UPDATE SET version = it.version RETURNING *",
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_role, config_hash, "
        f"config_version) VALUES ('{SITE}', '{EXTENSION}', 'unseen-aspect', 'unseen-role', "
        f"'{HASH}', 1) ON CONFLICT DO NOTHING",
    ],
    "MERGE": [
        "MERGE INTO site_extension_configs AS it USING (VALUES (1)) AS one (n) "
        f"ON it.site_id = '{SITE}' WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING",
    ],
    "foreign keys: a table of one's own that refers to theirs": [
        "CREATE TEMPORARY TABLE one (id uuid REFERENCES sites (id))",
        "CREATE TEMPORARY TABLE two (site_id uuid, extension_id varchar(64), FOREIGN KEY "
        "(site_id, extension_id) REFERENCES site_extension_configs (site_id, extension_id))",
        f"INSERT INTO one VALUES ('{SITE}')",
    ],
    "foreign keys: signatures under configurations of the other site": [
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
        f"config_hash, config_version) VALUES ('{SITE}', '{EXTENSION}', 'mine', {signer}, "
        f"'mine', '{config_hash}', {version})"
        for signer in ("reconciler_session_user_id()", f"'{USER}'", "NULL")
        for config_hash, version in ((HASH, 1), (HASH, 2), ("sha256:0", 1))
    ],
    "foreign keys: signatures in the name of another user": [
        "INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, "
        "config_hash, config_version) SELECT site_id, extension_id, 'mine', "
        f"'{USER}', 'mine', config_hash, config_version "
        "FROM granted_sites.site_extension_config_versions LIMIT 1",
    ],
    "constraints and partition routing": [
        "INSERT INTO configuration_audit_log (site_id, extension_id, action) "
        f"VALUES ('{SITE}', '{EXTENSION}', 'nonsense')",
        "INSERT INTO configuration_audit_log_0 (site_id, extension_id, action) "
        f"VALUES ('{SITE}', '{EXTENSION}', 'activated')",
        "INSERT INTO configuration_audit_archive (site_id) VALUES (NULL)",
    ],
    "inserts, updates and deletes through the views": [
        *_each("DELETE FROM {}", _VIEWS),
        *_each(f"UPDATE {{}} SET site_id = '{SITE}'", _VIEWS),
        f"INSERT INTO granted_sites.site_extension_configs (site_id) VALUES ('{SITE}')",
    ],
    "the other site's rows, updated, deleted and truncated": [
        *_each(f"UPDATE {{}} SET site_id = site_id WHERE site_id = '{SITE}'", _KEPT),
        *_each(f"DELETE FROM {{}} WHERE site_id = '{SITE}'", _KEPT),
        *_each("TRUNCATE {} CASCADE", _KEPT),
    ],
    "table locks": [
        *_each("LOCK TABLE {} IN ACCESS SHARE MODE NOWAIT"),
        "LOCK TABLE site_extension_configs IN ACCESS EXCLUSIVE MODE NOWAIT",
    ],
    "advisory locks of the audit chain and of the installation": [
        "SELECT n, pg_try_advisory_xact_lock(hashtext('reconciler audit chain'), n) "
        "FROM generate_series(0, 63) AS n",
        "SELECT pg_try_advisory_xact_lock(hashtextextended('reconciler', 0))",
    ],
    "the audit log's sequence": [
        "SELECT last_value FROM configuration_audit_log_sequence",
        "SELECT nextval('configuration_audit_log_sequence')",
        "SELECT currval('configuration_audit_log_sequence'), lastval()",
        "SELECT setval('configuration_audit_log_sequence', 1)",
        "SELECT pg_get_serial_sequence('configuration_audit_log', 'sequence')",
        "SELECT last_value FROM pg_sequences "
        "WHERE sequencename = 'configuration_audit_log_sequence'",
        "SELECT pg_sequence_last_value('configuration_audit_log_sequence')",
    ],
    "VACUUM, ANALYZE, CLUSTER and REINDEX": [
        "ANALYZE VERBOSE site_extension_configs",
        "CLUSTER site_extension_configs",
        "REINDEX TABLE site_extension_configs",
        "ALTER TABLE site_extension_configs VALIDATE CONSTRAINT fk_site",
    ],
}

_CATALOGS: dict[str, list[str]] = {
    "pg_stats": [
        "SELECT * FROM pg_stats WHERE schemaname = 'public'",
        "SELECT * FROM pg_stats_ext WHERE schemaname = 'public'",
        "SELECT * FROM pg_statistic",
        "SELECT * FROM pg_statistic_ext_data",
    ],
    "information_schema": [
        "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2",
        "SELECT table_name, column_name FROM information_schema.columns ORDER BY 1, 2",
        "SELECT * FROM information_schema.role_table_grants ORDER BY 1, 2, 3, 4, 5, 6",
    ],
    "definitions in the catalog": [
        "SELECT viewname, definition FROM pg_views WHERE schemaname <> 'pg_catalog' ORDER BY 1",
        "SELECT matviewname, definition FROM pg_matviews ORDER BY 1",
        "SELECT tablename, policyname, qual, with_check FROM pg_policies ORDER BY 1, 2",
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'reconciler%' ORDER BY oid",
    ],
    "the activity of others": [
        "SELECT query FROM pg_stat_activity WHERE usename <> session_user AND query <> "
        "'<insufficient privilege>'",
        "SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NOT NULL "
        "AND usename <> session_user",
        "SELECT pg_stat_get_activity(pid) IS NULL FROM pg_stat_activity WHERE FALSE",
    ],
    "ending and cancelling the sessions of others": [
        "SELECT bool_or(pg_cancel_backend(pid)) FROM pg_stat_activity "
        "WHERE usename <> session_user AND backend_type = 'client backend'",
        "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE usename <> session_user AND backend_type = 'client backend'",
    ],
    "extensions, languages, foreign data and replication": [
        "CREATE EXTENSION pageinspect",
        "CREATE EXTENSION dblink",
        "CREATE LANGUAGE plpython3u",
        "CREATE FOREIGN DATA WRAPPER mine",
        "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION reconciler_refuse_change()",
        "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
        "SELECT * FROM pg_replication_slots",
        "SELECT * FROM pg_hba_file_rules",
    ],
    "large objects": [
        "SELECT loid FROM pg_largeobject",
        "SELECT lo_get(oid) FROM pg_largeobject_metadata",
        "SELECT lo_import('/etc/hostname')",
    ],
    "LISTEN and NOTIFY": [
        "LISTEN reconciler",
        "NOTIFY reconciler, 'nothing'",
        "SELECT * FROM pg_listening_channels() WHERE pg_listening_channels <> 'reconciler'",
    ],
    "other ways to run a query": [
        "SELECT query_to_xml('SELECT * FROM site_extension_configs', TRUE, TRUE, '')",
        "SELECT table_to_xml('granted_sites.site_extension_configs', TRUE, TRUE, '')",
        "SELECT schema_to_xml('public', TRUE, TRUE, '')",
        "SELECT database_to_xml(TRUE, TRUE, '')",
        "DO $$ BEGIN PERFORM FROM site_extension_configs; END $$",
        "SELECT ts_stat('SELECT config_hash::tsvector FROM site_extension_configs')",
    ],
}


def _numbered() -> Iterator[tuple[str, list[str]]]:
    for group in (_READING, _LEAKS, _BECOMING, _ORACLES, _CATALOGS):
        yield from group.items()


ATTEMPTS: dict[str, list[str]] = dict(_numbered())
"""What is tried, by name."""
