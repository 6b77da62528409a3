-- Who may do what, kept by PostgreSQL itself: an owner that nobody logs in as, four roles for
-- logins to be members of, and row-level security by site on every table that has one.
--
-- A login sees a site if site_access grants it to session_user, which SET ROLE does not change.
-- Where app.site_id is set, it sees that site only: it stops mistakes, and widens nothing.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'reconciler_owner', 'reconciler_service', 'reconciler_reader', 'reconciler_auditor',
        'reconciler_signer'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'reconciler_owner', 'MEMBER') THEN
        EXECUTE format('GRANT reconciler_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO reconciler_owner');
END
$$;

GRANT USAGE ON SCHEMA public
    TO reconciler_service, reconciler_reader, reconciler_auditor, reconciler_signer;

-- MachShop's tables stay MachShop's; the views read the one, and a plan both.
GRANT SELECT ON sites, users TO reconciler_owner, reconciler_service, reconciler_auditor;
DO $$
BEGIN
    IF NOT (has_table_privilege('reconciler_owner', 'sites', 'SELECT')
            AND has_table_privilege('reconciler_service', 'users', 'SELECT')) THEN
        RAISE EXCEPTION 'the reconciler may not read sites and users'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Have their owner run: GRANT SELECT ON sites, users '
                         'TO reconciler_owner, reconciler_service, reconciler_auditor';
    END IF;
END
$$;

CREATE TABLE site_access (
    site_id uuid NOT NULL,
    grantee name NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    granted_by name NOT NULL DEFAULT session_user,
    PRIMARY KEY (site_id, grantee),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE
);
CREATE INDEX idx_site_access_grantee ON site_access (grantee);

CREATE FUNCTION reconciler_stamp_access() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.granted_at := transaction_timestamp();
    NEW.granted_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON site_access
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_access();
ALTER TABLE site_access ENABLE ALWAYS TRIGGER stamp;

CREATE FUNCTION reconciler_granted_sites() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT site_id FROM site_access WHERE grantee = session_user
$$;

-- Whether a site is the one that the session is set to, if it is set to one.
CREATE FUNCTION reconciler_in_session_site(site_id uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.site_id', TRUE), '') IS NULL
    OR site_id = nullif(current_setting('app.site_id', TRUE), '')::uuid;

DROP VIEW configuration_audit_records;

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY[
        'site_access', 'site_extension_configs', 'site_extension_config_versions',
        'compliance_requirements', 'compliance_signoffs', 'configuration_audit_log',
        'configuration_audit_archive', 'configuration_audit_chain',
        'extension_dependency_cache', 'extension_conflicts_detected',
        'configuration_snapshots', 'site_derived_records'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', scoped);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', scoped);
        -- The owner's functions see every site: the triggers and the archive are theirs.
        EXECUTE format(
            'CREATE POLICY owner ON %I TO reconciler_owner USING (TRUE) WITH CHECK (TRUE)', scoped);
        IF scoped = 'site_access' THEN
            CREATE POLICY own ON site_access FOR SELECT
                TO reconciler_service, reconciler_reader, reconciler_auditor, reconciler_signer
                USING (grantee = session_user);
            CONTINUE;
        END IF;
        EXECUTE format(
            'CREATE POLICY service ON %I TO reconciler_service '
            'USING (reconciler_in_session_site(site_id)) '
            'WITH CHECK (reconciler_in_session_site(site_id))', scoped);
        EXECUTE format(
            'CREATE POLICY auditor ON %I FOR SELECT TO reconciler_auditor '
            'USING (reconciler_in_session_site(site_id))', scoped);
        EXECUTE format(
            'CREATE POLICY granted ON %I FOR SELECT TO reconciler_reader, reconciler_signer '
            'USING (site_id = ANY (ARRAY(SELECT reconciler_granted_sites())) '
            'AND reconciler_in_session_site(site_id))', scoped);
        EXECUTE format('GRANT SELECT ON %I TO reconciler_service, reconciler_reader, '
            'reconciler_auditor, reconciler_signer', scoped);
    END LOOP;
END
$$;

-- Partitions are closed by themselves as well; nobody is granted anything on one.
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'configuration_audit_log'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', partition);
    END LOOP;
END
$$;

-- Log and archive as one, for those who may see either.
CREATE VIEW configuration_audit_records WITH (security_barrier) AS
SELECT * FROM (
    SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
           new_config_hash, reason, details, sequence, recorded_by, FALSE AS archived
    FROM configuration_audit_log
    UNION ALL
    SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
           new_config_hash, reason, details, sequence, recorded_by, TRUE AS archived
    FROM configuration_audit_archive
) AS recorded
WHERE reconciler_in_session_site(site_id)
  AND (pg_has_role('reconciler_service', 'USAGE') OR pg_has_role('reconciler_auditor', 'USAGE')
       OR site_id = ANY (ARRAY(SELECT reconciler_granted_sites())));

-- Row-level security does not reach into materialized views: they are read through these.
CREATE VIEW site_config_status WITH (security_barrier) AS
SELECT * FROM v_site_config_status
WHERE reconciler_in_session_site(site_id)
  AND (pg_has_role('reconciler_service', 'USAGE') OR pg_has_role('reconciler_auditor', 'USAGE')
       OR site_id = ANY (ARRAY(SELECT reconciler_granted_sites())));

CREATE VIEW unsigned_compliance WITH (security_barrier) AS
SELECT * FROM v_unsigned_compliance
WHERE reconciler_in_session_site(site_id)
  AND (pg_has_role('reconciler_service', 'USAGE') OR pg_has_role('reconciler_auditor', 'USAGE')
       OR site_id = ANY (ARRAY(SELECT reconciler_granted_sites())));

GRANT SELECT ON configuration_audit_records, site_config_status, unsigned_compliance
    TO reconciler_service, reconciler_reader, reconciler_auditor, reconciler_signer;

CREATE FUNCTION reconciler_refresh_views() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    REFRESH MATERIALIZED VIEW CONCURRENTLY v_site_config_status;
    REFRESH MATERIALIZED VIEW CONCURRENTLY v_unsigned_compliance;
END
$$;

GRANT SELECT ON reconciler_migrations, reconcile_runs TO reconciler_service, reconciler_auditor;
GRANT INSERT, UPDATE, DELETE
    ON site_extension_configs, compliance_requirements, extension_dependency_cache
    TO reconciler_service;
GRANT INSERT, UPDATE ON extension_conflicts_detected, site_derived_records TO reconciler_service;
GRANT INSERT
    ON reconcile_runs, site_extension_config_versions, compliance_signoffs,
       configuration_audit_log, configuration_snapshots
    TO reconciler_service;

DO $$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT format('ALTER %s %s OWNER TO reconciler_owner',
                   CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                       ELSE 'TABLE' END, oid::regclass) AS change
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
          AND relkind IN ('r', 'p', 'v', 'm')
          AND (relname IN (
                   'reconcile_runs', 'reconciler_migrations', 'site_access',
                   'site_extension_configs', 'site_extension_config_versions',
                   'compliance_requirements', 'compliance_signoffs',
                   'configuration_audit_archive', 'configuration_audit_chain',
                   'configuration_audit_records', 'extension_dependency_cache',
                   'extension_conflicts_detected', 'configuration_snapshots',
                   'site_derived_records', 'v_site_config_status', 'v_unsigned_compliance',
                   'site_config_status', 'unsigned_compliance')
               OR relname LIKE 'configuration\_audit\_log%')
        UNION ALL
        SELECT format('ALTER %s %s OWNER TO reconciler_owner',
                   CASE prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END, oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'reconciler\_%'
        UNION ALL
        -- A client's row_security = off would make them fail: their owner is under policies too.
        SELECT format('ALTER FUNCTION %s SET row_security = on', oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'reconciler\_%' AND prosecdef
        UNION ALL
        SELECT format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', oid::regprocedure)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'reconciler\_%' AND prosecdef
    LOOP
        EXECUTE held.change;
    END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION reconciler_granted_sites()
    TO reconciler_service, reconciler_reader, reconciler_auditor, reconciler_signer;
GRANT EXECUTE ON FUNCTION reconciler_refresh_views() TO reconciler_service;
