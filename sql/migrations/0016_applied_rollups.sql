-- What was last applied at a site in one line, so that drift is looked for by reading the live
-- rows once: a site of which both sides roll up to the same needs no look at its rows.
--
-- A roll-up is written by the server alone, whenever the history is continued, whoever does it:
-- nobody is granted to write one, and so none can be made to fit what somebody put there by hand.

-- A configuration as it is rolled up. The digest covers version and configuration and is always 64
-- characters long, the other texts go with their length, so that none can pass for a part of
-- another; and what is live is never without a digest, as an adopted version may be.
CREATE FUNCTION reconciler_rollup_entry(extension_id text, config_hash text, content_digest text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(content_digest, '-')
    || octet_length(extension_id)::text || ' ' || extension_id
    || octet_length(config_hash)::text || ' ' || config_hash;

-- Of a site without a configuration the entries are NULL. Of what PostgreSQL computes without help
-- of the processor SHA-512 is the fastest that can be relied on.
CREATE FUNCTION reconciler_rollup(entries text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha512(convert_to(coalesce(entries, ''), 'UTF8'));

-- What the history has as last applied at those of the sites asked for that have one. Which version
-- is the newest an index tells, however long the history is.
CREATE FUNCTION reconciler_applied_rollups(sites uuid[])
RETURNS TABLE (site_id uuid, configurations bigint, rollup bytea)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT known.site_id, count(newest.config_hash),
           reconciler_rollup(string_agg(
               reconciler_rollup_entry(
                   known.extension_id, newest.config_hash, newest.content_digest),
               '' ORDER BY known.extension_id COLLATE "C")
               FILTER (WHERE newest.config_hash IS NOT NULL))
    FROM (
        SELECT history.site_id, history.extension_id
        FROM site_extension_config_versions AS history
        WHERE history.site_id = ANY (sites)
        GROUP BY history.site_id, history.extension_id
    ) AS known
    CROSS JOIN LATERAL (
        SELECT version.config_hash, version.content_digest
        FROM site_extension_config_versions AS version
        WHERE version.site_id = known.site_id AND version.extension_id = known.extension_id
        ORDER BY version.config_version DESC
        LIMIT 1
    ) AS newest
    GROUP BY known.site_id;
END;

CREATE TABLE site_applied_rollups (
    site_id uuid NOT NULL,
    -- 1, 2, 3 … at each site.
    position integer NOT NULL CHECK (position > 0),
    run_id uuid NOT NULL REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    configurations integer NOT NULL CHECK (configurations >= 0),
    rollup bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    PRIMARY KEY (site_id, position),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT
);

CREATE TRIGGER stamp BEFORE INSERT ON site_applied_rollups
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_record();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON site_applied_rollups
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON site_applied_rollups
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE site_applied_rollups ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE site_applied_rollups ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE site_applied_rollups ENABLE ALWAYS TRIGGER append_only_truncate;

-- What was applied before there were roll-ups.
INSERT INTO site_applied_rollups (site_id, position, run_id, configurations, rollup)
SELECT applied.site_id, 1, newest.run_id, applied.configurations, applied.rollup
FROM reconciler_applied_rollups(ARRAY(SELECT id FROM sites)) AS applied
JOIN (
    SELECT DISTINCT ON (history.site_id) history.site_id, history.run_id
    FROM site_extension_config_versions AS history
    JOIN reconcile_runs AS run ON run.id = history.run_id
    ORDER BY history.site_id, run.recorded_at DESC, run.id
) AS newest USING (site_id);

-- Two writers at one site take turns by the primary key: of two roll-ups that do not know of each
-- other the second is refused.
CREATE FUNCTION reconciler_roll_up_applied() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    INSERT INTO site_applied_rollups (site_id, position, run_id, configurations, rollup)
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT ON (site_id) site_id, run_id
        FROM (SELECT DISTINCT site_id, run_id FROM new_rows) AS written
        ORDER BY site_id, run_id
    )
    SELECT applied.site_id,
           1 + coalesce((
               SELECT max(position) FROM site_applied_rollups AS before
               WHERE before.site_id = applied.site_id
           ), 0),
           touched.run_id, applied.configurations, applied.rollup
    FROM reconciler_applied_rollups(ARRAY(SELECT site_id FROM touched)) AS applied
    JOIN touched USING (site_id);
    RETURN NULL;
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'the history of this site was continued by another transaction'
        USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
END
$$;

CREATE TRIGGER roll_up AFTER INSERT ON site_extension_config_versions
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_roll_up_applied();
ALTER TABLE site_extension_config_versions ENABLE ALWAYS TRIGGER roll_up;

ALTER TABLE site_applied_rollups ENABLE ROW LEVEL SECURITY;
ALTER TABLE site_applied_rollups FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON site_applied_rollups TO reconciler_owner USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY service ON site_applied_rollups FOR SELECT TO reconciler_service
    USING (reconciler_in_session_site(site_id));
CREATE POLICY auditor ON site_applied_rollups FOR SELECT TO reconciler_auditor
    USING (reconciler_in_session_site(site_id));
GRANT SELECT ON site_applied_rollups TO reconciler_service, reconciler_auditor;

ALTER TABLE site_applied_rollups OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_rollup_entry(text, text, text) OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_rollup(text) OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_applied_rollups(uuid[]) OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_roll_up_applied() OWNER TO reconciler_owner;
REVOKE ALL ON FUNCTION reconciler_roll_up_applied() FROM PUBLIC;
