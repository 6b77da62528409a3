-- Who may do what, kept by PostgreSQL itself: an owner that nobody logs in as, four roles for
-- logins to be members of, and row-level security by site on every table that has one.
--
-- A login sees a site if site_access grants it to session_user, which SET ROLE does not change.
-- Where app.site_id is set, it sees that site only: it stops mistakes, and widens nothing.

DO $$
DECLARE
    wanted text;
    -- In PostgreSQL 16 and later a member may or may not be allowed to become the role.
    becoming CONSTANT text := CASE WHEN current_setting('server_version_num')::integer >= 160000
                                   THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'reconciler_owner', 'reconciler_service', 'reconciler_reader', 'reconciler_auditor',
        'reconciler_signer'
    ] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- Another database of this server brought it just now.
        END;
    END LOOP;
    IF NOT (pg_has_role(current_user, 'reconciler_owner', 'USAGE')
            AND pg_has_role(current_user, 'reconciler_owner', becoming)) THEN
        EXECUTE format('GRANT reconciler_owner TO %I', current_user);
    END IF;
END
$$;

-- Whoever may create a function or an operator in public can put it in the place of one that a
-- trigger of the owner's calls, so that is for the owners of what is there.
DO $$
DECLARE
    creator regrole;
BEGIN
    IF has_schema_privilege('public', 'CREATE WITH GRANT OPTION') THEN
        FOR creator IN
            SELECT relowner FROM pg_class WHERE oid IN ('sites'::regclass, 'users'::regclass)
            UNION VALUES ('reconciler_owner'::regrole::oid), (current_user::regrole::oid)
        LOOP
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %s', creator);
        END LOOP;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
    IF has_schema_privilege('public', 'public', 'CREATE')
       OR NOT has_schema_privilege('reconciler_owner', 'public', 'CREATE') THEN
        RAISE EXCEPTION 'everybody may create objects in the schema public, or its owner may not'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format(
                      'Have the owner of the schema run: REVOKE CREATE ON SCHEMA public FROM '
                      'PUBLIC; GRANT USAGE, CREATE ON SCHEMA public TO reconciler_owner, %I',
                      current_user);
    END IF;
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

-- The MachShop user that has the login's name; none for most logins.
CREATE FUNCTION reconciler_session_user_id() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT id FROM users WHERE username = session_user::text
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
        EXECUTE format(
            'GRANT SELECT ON %I TO reconciler_service, reconciler_auditor', scoped);
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

-- The owner, the service and the auditor see every site; as the policies above have it.
CREATE FUNCTION reconciler_sees_every_site() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_has_role('reconciler_service', 'USAGE') OR pg_has_role('reconciler_auditor', 'USAGE')
    OR pg_has_role('reconciler_owner', 'USAGE');

-- Log and archive as one.
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
WHERE reconciler_in_session_site(site_id) AND reconciler_sees_every_site();

-- Row-level security does not reach into materialized views: they are read through these.
CREATE VIEW site_config_status WITH (security_barrier) AS
SELECT * FROM v_site_config_status
WHERE reconciler_in_session_site(site_id) AND reconciler_sees_every_site();

CREATE VIEW unsigned_compliance WITH (security_barrier) AS
SELECT * FROM v_unsigned_compliance
WHERE reconciler_in_session_site(site_id) AND reconciler_sees_every_site();

GRANT SELECT ON configuration_audit_records, site_config_status, unsigned_compliance
    TO reconciler_service, reconciler_auditor;

-- Those who see only some sites read them here, by the same names and columns, and have no
-- privilege on the tables. Row-level security alone would not do: whoever may query a table can
-- have EXPLAIN count the rows that are withheld, or see by what ran and what never did that a
-- row with a guessed key or value is there. Of a function it shows what comes out.
CREATE SCHEMA granted_sites AUTHORIZATION reconciler_owner;

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY[
        'site_extension_configs', 'site_extension_config_versions', 'compliance_requirements',
        'compliance_signoffs', 'configuration_audit_log', 'configuration_audit_archive',
        'configuration_audit_chain', 'extension_dependency_cache',
        'extension_conflicts_detected', 'configuration_snapshots', 'site_derived_records',
        'v_site_config_status', 'v_unsigned_compliance'
    ] LOOP
        -- The sites are gathered before a row is looked at, so that no setting of a session
        -- meets a row that is withheld.
        EXECUTE format(
            'CREATE FUNCTION reconciler_granted_%1$s() RETURNS SETOF %1$I '
            'LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $body$ '
            'BEGIN RETURN QUERY SELECT kept.* FROM %1$I AS kept WHERE kept.site_id = ANY (ARRAY('
            'SELECT granted FROM reconciler_granted_sites() AS granted '
            'WHERE reconciler_in_session_site(granted))); END $body$', scoped);
    END LOOP;
END
$$;

-- What a conflict or a verdict says of an extension at a site that is not granted is left out.
CREATE OR REPLACE FUNCTION reconciler_granted_extension_conflicts_detected()
RETURNS SETOF extension_conflicts_detected
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    granted uuid[] := ARRAY(SELECT site FROM reconciler_granted_sites() AS site);
    kept extension_conflicts_detected;
BEGIN
    FOR kept IN
        SELECT * FROM extension_conflicts_detected AS conflict
        WHERE conflict.site_id = ANY (ARRAY(
            SELECT site FROM unnest(granted) AS site WHERE reconciler_in_session_site(site)))
    LOOP
        IF kept.site_id_2 <> ALL (granted) THEN
            kept.site_id_2 := NULL;
            kept.extension_id_2 := NULL;
            kept.policy_2 := NULL;
            kept.reason := 'with an extension of another site';
            kept.resolution_notes := NULL;
        END IF;
        RETURN NEXT kept;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION reconciler_granted_site_extension_configs()
RETURNS SETOF site_extension_configs
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    granted uuid[] := ARRAY(SELECT site FROM reconciler_granted_sites() AS site);
    kept site_extension_configs;
    elsewhere text[];
BEGIN
    FOR kept IN
        SELECT * FROM site_extension_configs AS live
        WHERE live.site_id = ANY (ARRAY(
            SELECT site FROM unnest(granted) AS site WHERE reconciler_in_session_site(site)))
    LOOP
        IF kept.detected_conflicts IS NOT NULL OR kept.validation_errors IS NOT NULL THEN
            elsewhere := ARRAY(
                SELECT conflict.extension_id_2::text FROM extension_conflicts_detected AS conflict
                WHERE conflict.site_id = kept.site_id
                  AND conflict.extension_id_1 = kept.extension_id
                  AND conflict.site_id_2 <> ALL (granted));
            IF elsewhere <> '{}'::text[] THEN
                kept.detected_conflicts := ARRAY(
                    SELECT name FROM unnest(kept.detected_conflicts) AS name
                    WHERE name <> ALL (elsewhere));
                kept.validation_errors := jsonb_path_query_array(
                    kept.validation_errors, '$[*] ? (!(@.code starts with "conflict"))');
            END IF;
        END IF;
        RETURN NEXT kept;
    END LOOP;
END
$$;

-- So is what an audit row repeats of findings that other sites are a part of.
CREATE FUNCTION reconciler_details_of_site(details jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN details ? 'waivers' THEN
        jsonb_set(details, '{waivers}', jsonb_path_query_array(
            details, '$.waivers[*] ? (!(@.code starts with "conflict"))'))
    ELSE details
END #- '{forced,overridden}';

DO $$
DECLARE
    scoped text;
BEGIN
    FOREACH scoped IN ARRAY ARRAY['configuration_audit_log', 'configuration_audit_archive'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE FUNCTION reconciler_granted_%1$s() RETURNS SETOF %1$I '
            'LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $body$ '
            'DECLARE kept %1$I; BEGIN FOR kept IN SELECT * FROM %1$I AS logged '
            'WHERE logged.site_id = ANY (ARRAY('
            'SELECT granted FROM reconciler_granted_sites() AS granted '
            'WHERE reconciler_in_session_site(granted))) '
            'LOOP kept.details := reconciler_details_of_site(kept.details); RETURN NEXT kept; '
            'END LOOP; END $body$', scoped);
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION reconciler_granted_configuration_snapshots()
RETURNS SETOF configuration_snapshots
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    kept configuration_snapshots;
BEGIN
    FOR kept IN
        SELECT * FROM configuration_snapshots AS snapshot
        WHERE snapshot.site_id = ANY (ARRAY(
            SELECT granted FROM reconciler_granted_sites() AS granted
            WHERE reconciler_in_session_site(granted)))
    LOOP
        kept.configurations := coalesce((
            SELECT jsonb_agg(item.value - '{detected_conflicts,validation_errors}'::text[]
                             ORDER BY item.ordinality)
            FROM jsonb_array_elements(kept.configurations) WITH ORDINALITY AS item
        ), '[]'::jsonb);
        RETURN NEXT kept;
    END LOOP;
END
$$;

DO $$
DECLARE
    reading regprocedure;
    name text;
BEGIN
    FOR reading, name IN
        SELECT oid, substr(proname, length('reconciler_granted_') + 1)
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'reconciler\_granted\_%'
          AND proname <> 'reconciler_granted_sites'
    LOOP
        EXECUTE format('CREATE VIEW granted_sites.%I WITH (security_barrier) AS '
                       'SELECT * FROM %s', name, reading);
        EXECUTE format('ALTER VIEW granted_sites.%I OWNER TO reconciler_owner', name);
    END LOOP;
END
$$;

-- A signer signs for itself, at a site that it is granted; when and by which login is the
-- server's to say. Nothing else is written by a signer.
ALTER TABLE compliance_signoffs ALTER COLUMN signed_by SET DEFAULT reconciler_session_user_id();
CREATE POLICY own_signature ON compliance_signoffs FOR INSERT TO reconciler_signer
    WITH CHECK (site_id = ANY (ARRAY(SELECT reconciler_granted_sites()))
                AND reconciler_in_session_site(site_id)
                AND signed_by = reconciler_session_user_id());
GRANT INSERT (site_id, extension_id, aspect, signed_by, signed_role, meaning, config_hash,
              config_version, notes)
    ON compliance_signoffs TO reconciler_signer;

-- A signature outside the reconciler is recorded like an edit outside the reconciler, in its
-- own transaction. The user is named only if it is the login's own signature.
CREATE FUNCTION reconciler_record_signoffs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF reconciler_owns_transaction() THEN
        RETURN NULL;
    END IF;
    INSERT INTO configuration_audit_log
        (site_id, extension_id, action, changed_by, old_config_hash, new_config_hash, reason,
         details)
    SELECT n.site_id, n.extension_id, 'signoff',
           CASE WHEN n.signed_by = reconciler_session_user_id() THEN n.signed_by END,
           n.config_hash, n.config_hash, 'signed outside the reconciler',
           jsonb_build_object(
               'origin', 'out-of-band',
               'operation', TG_OP,
               'sessionUser', session_user,
               'application', nullif(current_setting('application_name'), ''),
               'clientAddress', host(inet_client_addr()),
               'aspect', n.aspect,
               'signedBy', n.signed_by,
               'role', n.signed_role,
               'meaning', n.meaning)
    FROM new_rows AS n ORDER BY n.site_id, n.extension_id, n.aspect;
    RETURN NULL;
END
$$;

CREATE TRIGGER out_of_band_signoff AFTER INSERT ON compliance_signoffs
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_record_signoffs();
ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER out_of_band_signoff;

-- The trigger takes the number; a default would ask every writer for the right to take one.
ALTER TABLE configuration_audit_log ALTER COLUMN sequence DROP DEFAULT;

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
        -- Nor is a client sent what the server logs of the queries in them, such as their plans.
        SELECT format('ALTER FUNCTION %s SET %s', oid::regprocedure, setting)
        FROM pg_proc
        CROSS JOIN (VALUES ('row_security = on'), ('client_min_messages = warning'))
            AS pinned (setting)
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

GRANT EXECUTE ON FUNCTION reconciler_granted_sites(), reconciler_session_user_id()
    TO reconciler_service, reconciler_reader, reconciler_auditor, reconciler_signer;
GRANT EXECUTE ON FUNCTION reconciler_refresh_views() TO reconciler_service;
GRANT USAGE ON SCHEMA granted_sites TO reconciler_reader, reconciler_signer;
GRANT SELECT ON ALL TABLES IN SCHEMA granted_sites TO reconciler_reader, reconciler_signer;
DO $$
DECLARE
    reading regprocedure;
BEGIN
    FOR reading IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'reconciler\_granted\_%'
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO reconciler_reader, reconciler_signer',
                       reading);
    END LOOP;
END
$$;
