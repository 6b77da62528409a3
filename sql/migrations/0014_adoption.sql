-- Adopting MachShop's own tables: what an installation had before the reconciler came is taken
-- over as it was. Only a transaction that holds the run of an adoption may write what only an
-- adoption writes, and only the owner may write such a run.

ALTER TABLE reconcile_runs
    DROP CONSTRAINT reconcile_runs_kind_check,
    ADD CONSTRAINT reconcile_runs_kind_check
        CHECK (kind IN ('apply', 'drift', 'rollback', 'adoption'));

CREATE OR REPLACE FUNCTION reconciler_stamp_run() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.kind = 'adoption' AND NOT pg_has_role('reconciler_owner', 'USAGE') THEN
        RAISE EXCEPTION 'only the owner of the schema adopts'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.recorded_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    NEW.transaction_id := pg_current_xact_id();
    RETURN NEW;
END
$$;

CREATE FUNCTION reconciler_adopts() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
    SELECT EXISTS (
        SELECT FROM reconcile_runs
        WHERE transaction_id = pg_current_xact_id()
          AND recorded_at = transaction_timestamp()
          AND kind = 'adoption' AND status = 'applied'
    )
$$;

CREATE FUNCTION reconciler_require_adoption() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    IF NOT reconciler_adopts() THEN
        RAISE EXCEPTION 'only an adoption writes this to %', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Of what was signed long ago only the hash may be known; and what holds a secret in plain text,
-- or cannot be hashed, must not get into a history that nobody can change.
ALTER TABLE site_extension_config_versions
    DROP CONSTRAINT enabled_or_deactivated,
    ADD CONSTRAINT enabled_or_deactivated CHECK (
        num_nulls(version, configuration, config_hash) IN (0, 3)
        OR (configuration IS NULL AND config_hash IS NOT NULL)
    );
CREATE TRIGGER adopted_only BEFORE INSERT ON site_extension_config_versions
    FOR EACH ROW WHEN (NEW.configuration IS NULL AND NEW.config_hash IS NOT NULL)
    EXECUTE FUNCTION reconciler_require_adoption();
ALTER TABLE site_extension_config_versions ENABLE ALWAYS TRIGGER adopted_only;

-- Which earlier hash stands for which of the reconciler's own, because the content is the same.
-- A signature stays under the hash that it was given for, and counts for the other.
CREATE TABLE adopted_hashes (
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    signed_hash varchar(256) NOT NULL,
    config_hash varchar(256) NOT NULL,
    run_id uuid NOT NULL REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    PRIMARY KEY (site_id, extension_id, signed_hash),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT
);

-- Rows that no table here can hold, such as one of a site that is gone, as they were.
CREATE TABLE adoption_leftovers (
    site_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    found_in name NOT NULL,
    content jsonb NOT NULL,
    reason text NOT NULL,
    run_id uuid NOT NULL REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    PRIMARY KEY (site_id, id)
);

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['adopted_hashes', 'adoption_leftovers'] LOOP
        EXECUTE format('CREATE TRIGGER adopted_only BEFORE INSERT ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION reconciler_require_adoption()', kept);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change()', kept);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change()', kept);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER adopted_only', kept);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only', kept);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only_truncate', kept);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', kept);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', kept);
        EXECUTE format('CREATE POLICY owner ON %I TO reconciler_owner '
                       'USING (TRUE) WITH CHECK (TRUE)', kept);
        EXECUTE format('CREATE POLICY auditor ON %I FOR SELECT TO reconciler_auditor '
                       'USING (reconciler_in_session_site(site_id))', kept);
        EXECUTE format('GRANT SELECT ON %I TO reconciler_auditor', kept);
        EXECUTE format('ALTER TABLE %I OWNER TO reconciler_owner', kept);
    END LOOP;
END
$$;
CREATE POLICY service ON adopted_hashes FOR SELECT TO reconciler_service
    USING (reconciler_in_session_site(site_id));
GRANT SELECT ON adopted_hashes TO reconciler_service;

-- An adoption is no change of MachShop's, and the login that migrates may be no user of it.
ALTER TABLE configuration_audit_log
    DROP CONSTRAINT valid_action,
    ADD CONSTRAINT valid_action CHECK (
        action IN ('activated', 'deactivated', 'reconfigured', 'signoff', 'adopted')),
    DROP CONSTRAINT attributed,
    ADD CONSTRAINT attributed CHECK (
        changed_by IS NOT NULL
        OR details ->> 'origin' = 'out-of-band'
        OR (action = 'adopted' AND details ->> 'origin' = 'adopted'));
ALTER TABLE configuration_audit_archive
    DROP CONSTRAINT valid_action,
    ADD CONSTRAINT valid_action CHECK (
        action IN ('activated', 'deactivated', 'reconfigured', 'signoff', 'adopted')),
    DROP CONSTRAINT attributed,
    ADD CONSTRAINT attributed CHECK (
        changed_by IS NOT NULL
        OR details ->> 'origin' = 'out-of-band'
        OR (action = 'adopted' AND details ->> 'origin' = 'adopted'));

CREATE OR REPLACE FUNCTION reconciler_stamp_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    IF NEW.action = 'adopted' AND NOT reconciler_adopts() THEN
        RAISE EXCEPTION 'only an adoption writes this to %', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.changed_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    NEW.sequence := nextval('configuration_audit_log_sequence');
    RETURN NEW;
END
$$;

-- What MachShop's own programs wrote as details and snapshots can be any JSON.
CREATE OR REPLACE FUNCTION reconciler_details_of_site(details jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN jsonb_typeof(details) IS DISTINCT FROM 'object' THEN details
    WHEN details ? 'waivers' THEN
        jsonb_set(details, '{waivers}', jsonb_path_query_array(
            details, '$.waivers[*] ? (!(@.code starts with "conflict"))'))
        #- '{forced,overridden}'
    ELSE details #- '{forced,overridden}'
END;

CREATE OR REPLACE FUNCTION reconciler_granted_configuration_snapshots()
RETURNS SETOF configuration_snapshots
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
DECLARE
    kept configuration_snapshots;
BEGIN
    FOR kept IN
        SELECT * FROM configuration_snapshots AS snapshot
        WHERE snapshot.site_id = ANY (ARRAY(
            SELECT granted FROM reconciler_granted_sites() AS granted
            WHERE reconciler_in_session_site(granted)))
    LOOP
        IF jsonb_typeof(kept.configurations) = 'array' THEN
            kept.configurations := coalesce((
                SELECT jsonb_agg(CASE jsonb_typeof(item.value)
                                     WHEN 'object' THEN
                                         item.value - '{detected_conflicts,validation_errors}'::text[]
                                     ELSE item.value END
                                 ORDER BY item.ordinality)
                FROM jsonb_array_elements(kept.configurations) WITH ORDINALITY AS item
            ), '[]'::jsonb);
        END IF;
        RETURN NEXT kept;
    END LOOP;
END
$$;

CREATE FUNCTION reconciler_granted_adopted_hashes() RETURNS SETOF adopted_hashes
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    RETURN QUERY SELECT kept.* FROM adopted_hashes AS kept WHERE kept.site_id = ANY (ARRAY(
        SELECT granted FROM reconciler_granted_sites() AS granted
        WHERE reconciler_in_session_site(granted)));
END
$$;

-- What is signed under an earlier hash of the same content is signed. The view is made anew, and
-- with it what stands on it.
DROP VIEW unsigned_compliance, granted_sites.v_unsigned_compliance;
DROP FUNCTION reconciler_granted_v_unsigned_compliance();
DROP MATERIALIZED VIEW v_unsigned_compliance;

CREATE MATERIALIZED VIEW v_unsigned_compliance AS
SELECT
    required.site_id,
    required.extension_id,
    array_agg(DISTINCT required.aspect) AS unsigned_aspects,
    count(DISTINCT required.aspect) AS aspect_count
FROM compliance_requirements AS required
JOIN site_extension_configs AS live
    ON live.site_id = required.site_id AND live.extension_id = required.extension_id
WHERE NOT EXISTS (
    SELECT FROM compliance_signoffs AS signed
    WHERE signed.site_id = required.site_id
      AND signed.extension_id = required.extension_id
      AND signed.aspect = required.aspect
      AND signed.signed_role = required.required_role
      AND live.config_hash IN (signed.config_hash, (
          SELECT adopted.config_hash FROM adopted_hashes AS adopted
          WHERE adopted.site_id = signed.site_id
            AND adopted.extension_id = signed.extension_id
            AND adopted.signed_hash = signed.config_hash))
)
GROUP BY required.site_id, required.extension_id;

CREATE UNIQUE INDEX idx_v_unsigned_site_ext ON v_unsigned_compliance (site_id, extension_id);

CREATE VIEW unsigned_compliance WITH (security_barrier) AS
SELECT * FROM v_unsigned_compliance
WHERE reconciler_in_session_site(site_id) AND reconciler_sees_every_site();

CREATE FUNCTION reconciler_granted_v_unsigned_compliance() RETURNS SETOF v_unsigned_compliance
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    RETURN QUERY SELECT kept.* FROM v_unsigned_compliance AS kept WHERE kept.site_id = ANY (ARRAY(
        SELECT granted FROM reconciler_granted_sites() AS granted
        WHERE reconciler_in_session_site(granted)));
END
$$;

CREATE VIEW granted_sites.v_unsigned_compliance WITH (security_barrier) AS
SELECT * FROM reconciler_granted_v_unsigned_compliance();
CREATE VIEW granted_sites.adopted_hashes WITH (security_barrier) AS
SELECT * FROM reconciler_granted_adopted_hashes();

ALTER MATERIALIZED VIEW v_unsigned_compliance OWNER TO reconciler_owner;
ALTER VIEW unsigned_compliance OWNER TO reconciler_owner;
ALTER VIEW granted_sites.v_unsigned_compliance OWNER TO reconciler_owner;
ALTER VIEW granted_sites.adopted_hashes OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_adopts() OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_require_adoption() OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_granted_adopted_hashes() OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_granted_v_unsigned_compliance() OWNER TO reconciler_owner;
REVOKE ALL ON FUNCTION reconciler_adopts(), reconciler_require_adoption(),
    reconciler_granted_adopted_hashes(), reconciler_granted_v_unsigned_compliance() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reconciler_granted_adopted_hashes(),
    reconciler_granted_v_unsigned_compliance() TO reconciler_reader, reconciler_signer;
GRANT SELECT ON unsigned_compliance TO reconciler_service, reconciler_auditor;
GRANT SELECT ON granted_sites.v_unsigned_compliance, granted_sites.adopted_hashes
    TO reconciler_reader, reconciler_signer;
