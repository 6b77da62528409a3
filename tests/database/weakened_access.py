"""As ``weakenings``: who may do what, and what stands around the schema."""

from __future__ import annotations

from tests.database.weakenings import Weakening, mended, plain

POLICIES = [
    mended(
        "DROP POLICY service ON compliance_signoffs",
        *("policy-missing", "service on compliance_signoffs"),
    ),
    mended(
        "ALTER POLICY granted ON compliance_signoffs USING (TRUE)",
        *("policy-altered", "granted on compliance_signoffs"),
    ),
    mended(
        "ALTER POLICY granted ON compliance_signoffs TO PUBLIC",
        *("policy-altered", "granted on compliance_signoffs"),
    ),
    mended(
        "CREATE POLICY everybody ON site_extension_configs FOR SELECT USING (TRUE)",
        *("policy-unexpected", "everybody on site_extension_configs"),
    ),
    mended(
        "CREATE POLICY all_sites ON site_extension_configs TO reconciler_reader USING (TRUE)",
        *("policy-unexpected", "all_sites on site_extension_configs"),
    ),
    mended(
        "CREATE ROLE mallory; CREATE POLICY hers ON compliance_signoffs TO mallory USING (TRUE)",
        *("policy-unexpected", "hers on compliance_signoffs"),
    ),
    plain(
        "CREATE ROLE mes; CREATE POLICY mes ON site_extension_configs TO mes USING (TRUE)",
        *("policy-beside", "mes on site_extension_configs"),
    ),
]

GRANTS = [
    mended(
        "CREATE ROLE mallory; GRANT INSERT ON reconcile_runs TO mallory",
        *("grant-unexpected", "INSERT on reconcile_runs to mallory"),
    ),
    mended(
        "GRANT SELECT ON v_site_config_status TO PUBLIC",
        *("grant-unexpected", "SELECT on v_site_config_status to PUBLIC"),
    ),
    mended(
        "GRANT UPDATE (status) ON reconcile_runs TO reconciler_service",
        *("grant-unexpected", "UPDATE on reconcile_runs.status to reconciler_service"),
    ),
    mended(
        "GRANT EXECUTE ON FUNCTION reconciler_archive_audit(timestamptz) TO PUBLIC",
        "grant-unexpected",
        "EXECUTE on reconciler_archive_audit(timestamp with time zone) to PUBLIC",
    ),
    mended(
        "CREATE ROLE mallory; GRANT UPDATE ON SEQUENCE configuration_audit_log_sequence TO mallory",
        *("grant-unexpected", "UPDATE on configuration_audit_log_sequence to mallory"),
    ),
    mended(
        "GRANT TRUNCATE ON site_extension_configs TO reconciler_service",
        *("grant-unexpected", "TRUNCATE on site_extension_configs to reconciler_service"),
    ),
    mended(
        "GRANT SELECT ON configuration_audit_log_9 TO PUBLIC",
        *("grant-unexpected", "SELECT on configuration_audit_log_9 to PUBLIC"),
    ),
    mended(
        "GRANT SELECT ON compliance_signoffs TO reconciler_auditor WITH GRANT OPTION",
        *("grant-option", "SELECT on compliance_signoffs to reconciler_auditor"),
    ),
    mended(
        "REVOKE INSERT ON compliance_signoffs FROM reconciler_service",
        *("grant-missing", "INSERT on compliance_signoffs to reconciler_service"),
    ),
    plain(
        "CREATE ROLE mes; GRANT UPDATE ON site_extension_configs TO mes",
        *("grant-beside", "UPDATE on site_extension_configs to mes"),
    ),
    mended(
        "ALTER DEFAULT PRIVILEGES FOR ROLE reconciler_owner IN SCHEMA public "
        "GRANT SELECT ON TABLES TO PUBLIC",
        *("default-privileges", "SELECT of new objects of reconciler_owner to PUBLIC"),
    ),
]

ROLES = [
    mended("ALTER ROLE reconciler_reader LOGIN", "role-altered", "reconciler_reader"),
    mended("ALTER ROLE reconciler_service BYPASSRLS", "role-altered", "reconciler_service"),
    mended("GRANT reconciler_owner TO reconciler_signer", "role-member", "reconciler_signer"),
    mended(
        'CREATE ROLE "Mallory" LOGIN; GRANT reconciler_owner TO "Mallory"',
        *("owner-member", '"Mallory"'),
    ),
    Weakening(
        "CREATE ROLE dba; CREATE ROLE mallory IN ROLE dba; GRANT reconciler_owner TO dba",
        (("owner-member", "dba"), ("owner-member", "mallory")),
        mended=True,
    ),
    mended(
        "CREATE ROLE chief LOGIN; GRANT reconciler_owner, reconciler_service TO chief; "
        "UPDATE reconciler_migrations SET applied_by = 'chief' WHERE version = 1",
        *("owner-serves", "chief"),
    ),
    mended(
        "CREATE ROLE mallory LOGIN BYPASSRLS IN ROLE reconciler_reader",
        *("member-privileged", "mallory"),
    ),
    mended(
        "CREATE ROLE mallory LOGIN CREATEROLE IN ROLE reconciler_service",
        *("member-privileged", "mallory"),
    ),
    mended(
        "CREATE ROLE mallory; GRANT reconciler_reader TO mallory WITH ADMIN OPTION",
        *("member-admin", "mallory"),
    ),
    mended("CREATE ROLE mallory LOGIN IN ROLE pg_write_all_data", "predefined-writer", "mallory"),
    plain("CREATE ROLE backup LOGIN IN ROLE pg_read_all_data", "predefined-reader", "backup"),
    plain("CREATE ROLE second LOGIN SUPERUSER", "login-bypasses", "second"),
    plain(
        "CREATE ROLE above SUPERUSER; CREATE ROLE climber LOGIN IN ROLE above",
        *("login-bypasses", "climber"),
    ),
    mended(
        "CREATE ROLE above BYPASSRLS; CREATE ROLE climber LOGIN IN ROLE above, reconciler_reader",
        *("member-privileged", "climber"),
    ),
]

SURROUNDINGS = [
    plain("SET LOCAL synchronous_commit = off", "synchronous-commit-off", "synchronous_commit"),
    plain("SET LOCAL row_security = off", "row-security-setting", "row_security"),
    plain(
        "SET LOCAL session_replication_role = replica",
        *("replica-session", "session_replication_role"),
    ),
    mended(
        "ALTER ROLE ALL SET synchronous_commit = off",
        *("setting-kept", "synchronous_commit for all roles"),
    ),
    mended(
        "CREATE ROLE mallory; ALTER ROLE mallory SET session_replication_role = replica",
        *("setting-kept", "session_replication_role for role mallory"),
    ),
    mended("GRANT CREATE ON SCHEMA public TO PUBLIC", "schema-create", "public"),
    plain(
        "CREATE ROLE mallory; GRANT CREATE ON SCHEMA public TO mallory",
        *("schema-creator", "mallory"),
    ),
    plain("CREATE ROLE mallory; ALTER SCHEMA public OWNER TO mallory", "schema-owner", "mallory"),
    plain(
        "CREATE FUNCTION same(varchar, varchar) RETURNS boolean LANGUAGE sql RETURN TRUE; CREATE "
        "OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = same)",
        *("operator-beside", "=(character varying,character varying)"),
    ),
    plain(
        "CREATE FUNCTION peek(text) RETURNS boolean LANGUAGE sql LEAKPROOF RETURN TRUE",
        *("leakproof-beside", "peek(text)"),
    ),
    plain(
        "CREATE SCHEMA erp; CREATE FUNCTION erp.reconciler_granted_sites() RETURNS SETOF uuid "
        "LANGUAGE sql RETURN gen_random_uuid()",
        *("name-shadowed", "erp.reconciler_granted_sites()"),
    ),
    plain(
        "CREATE SCHEMA erp; CREATE TABLE erp.compliance_signoffs ()",
        *("name-shadowed", "erp.compliance_signoffs"),
    ),
    plain(
        "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
        "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch()",
        *("event-trigger", "watch"),
    ),
    plain(
        "CREATE SUBSCRIPTION incoming CONNECTION 'host=elsewhere.example' PUBLICATION theirs "
        "WITH (connect = false, enabled = false, slot_name = NONE)",
        *("subscription", "incoming"),
    ),
    plain("CREATE PUBLICATION outgoing FOR TABLE compliance_signoffs", "publication", "outgoing"),
]

MIGRATIONS = [
    plain(
        "UPDATE reconciler_migrations SET checksum = 'another' WHERE version = 3",
        *("migration-edited", "0003 compliance_signoffs"),
    ),
    plain(
        "DELETE FROM reconciler_migrations WHERE version = 12",
        *("migration-pending", "0012 archive"),
    ),
    plain(
        "INSERT INTO reconciler_migrations VALUES (9999, 'of_the_future', 'unknown')",
        *("migration-unknown", "9999 of_the_future"),
    ),
]
