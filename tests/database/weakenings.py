"""What somebody with the rights could do to a migrated database, and what it is to be called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weakening:
    """Statements that weaken a guarantee, and the codes and objects that name what they did.

    ``mended`` says that the hints are statements which undo it.
    """

    statements: str
    found: tuple[tuple[str, str], ...]
    mended: bool = False

    def __str__(self) -> str:
        return f"{self.found[0][0]}: {self.found[0][1]}"


def mended(statements: str, code: str, name: str) -> Weakening:
    """A weakening whose hint is the statement that mends it."""
    return Weakening(statements, ((code, name),), mended=True)


def plain(statements: str, code: str, name: str) -> Weakening:
    """A weakening whose hint says what to do in words."""
    return Weakening(statements, ((code, name),))


_RETURNS_NEW = "LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN RETURN NEW; END $$"
_OPEN = "LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.site_extension_configs'"

TABLES = [
    mended(
        "ALTER TABLE compliance_signoffs NO FORCE ROW LEVEL SECURITY",
        *("row-security-not-forced", "compliance_signoffs"),
    ),
    mended(
        "ALTER TABLE configuration_audit_log_3 NO FORCE ROW LEVEL SECURITY",
        *("row-security-not-forced", "configuration_audit_log_3"),
    ),
    mended(
        "ALTER TABLE site_extension_configs DISABLE ROW LEVEL SECURITY",
        *("row-security-off", "site_extension_configs"),
    ),
    mended(
        "CREATE ROLE mallory; ALTER TABLE reconcile_runs OWNER TO mallory",
        *("table-owner", "reconcile_runs"),
    ),
    mended(
        "ALTER TABLE extension_conflicts_detected SET UNLOGGED",
        *("table-unlogged", "extension_conflicts_detected"),
    ),
    plain("DROP TABLE reporting_refreshes", "table-missing", "reporting_refreshes"),
    plain("DROP TABLE configuration_audit_log_4", "table-missing", "configuration_audit_log_4"),
    plain(
        "ALTER TABLE configuration_audit_log DETACH PARTITION configuration_audit_log_5",
        *("partition-detached", "configuration_audit_log_5"),
    ),
    plain("CREATE TABLE more () INHERITS (reconcile_runs)", "table-inherits", "more"),
    plain(
        "ALTER TABLE reconcile_runs DROP COLUMN forced_reason",
        *("column-missing", "reconcile_runs.forced_reason"),
    ),
    plain(
        "ALTER TABLE site_extension_configs ALTER content_digest DROP EXPRESSION",
        *("column-altered", "site_extension_configs.content_digest"),
    ),
    plain(
        "ALTER TABLE reconcile_runs ALTER recorded_by SET DEFAULT 'robot'",
        *("column-altered", "reconcile_runs.recorded_by"),
    ),
    plain("ALTER TABLE site_access ADD COLUMN note text", "column-unexpected", "site_access.note"),
    mended(
        "ALTER SEQUENCE configuration_audit_log_sequence CYCLE",
        *("sequence-altered", "configuration_audit_log_sequence"),
    ),
]

TRIGGERS = [
    mended(
        "DROP TRIGGER append_only ON compliance_signoffs",
        *("trigger-missing", "append_only on compliance_signoffs"),
    ),
    mended(
        "ALTER TABLE compliance_signoffs DISABLE TRIGGER append_only",
        *("trigger-disabled", "append_only on compliance_signoffs"),
    ),
    mended(
        "ALTER TABLE configuration_audit_log_7 DISABLE TRIGGER append_only",
        *("trigger-disabled", "append_only on configuration_audit_log_7"),
    ),
    mended(
        "ALTER TABLE site_extension_configs ENABLE TRIGGER out_of_band_update",
        *("trigger-not-always", "out_of_band_update on site_extension_configs"),
    ),
    mended(
        "ALTER TABLE site_extension_configs ENABLE REPLICA TRIGGER out_of_band_delete",
        *("trigger-not-always", "out_of_band_delete on site_extension_configs"),
    ),
    mended(
        "DROP TRIGGER append_only ON compliance_signoffs; "
        "CREATE TRIGGER append_only BEFORE UPDATE ON compliance_signoffs "
        "FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change(); "
        "ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER append_only",
        *("trigger-altered", "append_only on compliance_signoffs"),
    ),
    mended(
        'CREATE TRIGGER "Swallow it" BEFORE UPDATE ON site_derived_records '
        "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        *("trigger-unexpected", '"Swallow it" on site_derived_records'),
    ),
    mended(
        "CREATE RULE kept AS ON DELETE TO site_extension_configs DO INSTEAD NOTHING",
        *("rule-unexpected", "kept on site_extension_configs"),
    ),
]

CONSTRAINTS = [
    mended(
        "ALTER TABLE reconcile_runs DROP CONSTRAINT reconcile_runs_kind_check",
        *("constraint-missing", "reconcile_runs_kind_check on reconcile_runs"),
    ),
    mended(
        "ALTER TABLE compliance_signoffs DROP CONSTRAINT unique_signoff",
        *("constraint-missing", "unique_signoff on compliance_signoffs"),
    ),
    mended(
        "ALTER TABLE reconcile_runs DROP CONSTRAINT reconcile_runs_kind_check, "
        "ADD CONSTRAINT reconcile_runs_kind_check CHECK (kind <> 'other')",
        *("constraint-altered", "reconcile_runs_kind_check on reconcile_runs"),
    ),
    mended(
        "ALTER TABLE compliance_signoffs DROP CONSTRAINT fk_user, ADD CONSTRAINT fk_user "
        "FOREIGN KEY (signed_by) REFERENCES users (id) ON DELETE RESTRICT NOT VALID",
        *("constraint-not-valid", "fk_user on compliance_signoffs"),
    ),
    plain(
        "ALTER TABLE compliance_requirements DISABLE TRIGGER ALL",
        *("constraint-not-enforced", "fk_config on compliance_requirements"),
    ),
    mended(
        "ALTER TABLE site_access ADD CONSTRAINT early CHECK (granted_at < '2000-01-01')",
        *("constraint-unexpected", "early on site_access"),
    ),
    mended("DROP INDEX idx_runs_plan", "index-missing", "idx_runs_plan"),
    mended(
        "DROP INDEX unique_unresolved_conflict; CREATE UNIQUE INDEX unique_unresolved_conflict "
        "ON extension_conflicts_detected (site_id, id)",
        *("index-altered", "unique_unresolved_conflict"),
    ),
    mended(
        "SET LOCAL allow_system_table_mods = on; UPDATE pg_index SET indisvalid = FALSE "
        "WHERE indexrelid = 'unique_signoff'::regclass",
        *("index-invalid", "unique_signoff"),
    ),
    mended(
        "CREATE UNIQUE INDEX oracle ON compliance_signoffs (config_hash)",
        *("index-unexpected", "oracle"),
    ),
]

FUNCTIONS = [
    mended(
        "CREATE ROLE mallory; ALTER FUNCTION reconciler_refuse_change() OWNER TO mallory",
        *("function-owner", "reconciler_refuse_change()"),
    ),
    plain(
        f"CREATE OR REPLACE FUNCTION reconciler_refuse_change() RETURNS trigger {_RETURNS_NEW}",
        *("function-altered", "reconciler_refuse_change()"),
    ),
    plain(
        "CREATE OR REPLACE FUNCTION reconciler_in_session_site(site_id uuid) RETURNS boolean "
        "LANGUAGE sql STABLE PARALLEL SAFE RETURN TRUE",
        *("function-altered", "reconciler_in_session_site(uuid)"),
    ),
    mended(
        "ALTER FUNCTION reconciler_stamp_audit() RESET search_path",
        *("function-search-path", "reconciler_stamp_audit()"),
    ),
    mended(
        "ALTER FUNCTION reconciler_stamp_audit() SET search_path = pg_temp, public",
        *("function-search-path", "reconciler_stamp_audit()"),
    ),
    mended(
        "ALTER FUNCTION reconciler_owns_transaction() SECURITY INVOKER",
        *("function-security", "reconciler_owns_transaction()"),
    ),
    plain(
        "DROP FUNCTION reconciler_refresh_views()",
        *("function-missing", "reconciler_refresh_views()"),
    ),
    mended(
        "CREATE FUNCTION reconciler_link(bytea, bytea) RETURNS bytea LANGUAGE sql RETURN $1",
        *("function-unexpected", "reconciler_link(bytea,bytea)"),
    ),
    plain(
        f"CREATE FUNCTION how_many() RETURNS bigint {_OPEN}",
        *("definer-search-path", "how_many()"),
    ),
    plain(
        f"CREATE FUNCTION how_many() RETURNS bigint {_OPEN}; ALTER FUNCTION how_many() "
        "SET search_path = pg_catalog, pg_temp; "
        "ALTER FUNCTION how_many() OWNER TO reconciler_owner",
        *("definer-as-owner", "how_many()"),
    ),
    plain(
        f"CREATE FUNCTION how_many() RETURNS bigint {_OPEN}; "
        "ALTER FUNCTION how_many() SET search_path = pg_catalog, pg_temp",
        *("definer-beside", "how_many()"),
    ),
]

VIEWS = [
    plain("DROP VIEW unsigned_compliance", "view-missing", "unsigned_compliance"),
    mended(
        "CREATE ROLE mallory; ALTER VIEW site_config_status OWNER TO mallory",
        *("view-owner", "site_config_status"),
    ),
    plain(
        "CREATE OR REPLACE VIEW site_config_status WITH (security_barrier) AS "
        "SELECT * FROM v_site_config_status",
        *("view-altered", "site_config_status"),
    ),
    mended(
        "ALTER VIEW configuration_audit_records RESET (security_barrier)",
        *("view-barrier", "configuration_audit_records"),
    ),
    mended(
        "REFRESH MATERIALIZED VIEW v_unsigned_compliance WITH NO DATA",
        *("view-unpopulated", "v_unsigned_compliance"),
    ),
    plain("CREATE VIEW of_all AS SELECT * FROM site_extension_configs", "view-leaks", "of_all"),
    plain(
        "CREATE VIEW counted AS SELECT count(*) FROM site_config_status", "view-leaks", "counted"
    ),
    plain(
        "CREATE MATERIALIZED VIEW kept AS SELECT site_id FROM compliance_signoffs; "
        "CREATE ROLE reporting; ALTER MATERIALIZED VIEW kept OWNER TO reporting",
        *("view-leaks", "kept"),
    ),
    Weakening(
        "CREATE ROLE reporting; GRANT SELECT ON site_extension_configs TO reporting; "
        "CREATE VIEW of_some AS SELECT * FROM site_extension_configs; "
        "ALTER VIEW of_some OWNER TO reporting",
        (
            ("view-beside", "of_some"),
            ("grant-beside", "SELECT on site_extension_configs to reporting"),
        ),
    ),
]
