-- Tamper evidence: a hash chain over the audit rows of each site, beside the log.
--
-- Each link has the hash of one audit row, and the hash of all links before it together with that.
-- Nothing is computed a row: one statement links all rows of an insert.

-- What is hashed of an audit row: its columns as a JSON array, as PostgreSQL writes jsonb. The
-- time is whole microseconds since 1970, so that no setting of a session shows in it.
CREATE FUNCTION reconciler_audit_text(
    id uuid, site_id uuid, extension_id text, action text, changed_by uuid,
    changed_at timestamptz, old_config_hash text, new_config_hash text, reason text,
    details jsonb, sequence bigint, recorded_by text
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_array(
    id, site_id, extension_id, action, changed_by,
    (extract(epoch FROM changed_at) * 1000000)::bigint,
    old_config_hash, new_config_hash, reason, details, sequence, recorded_by
)::text;

CREATE FUNCTION reconciler_text_hash(written text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256(convert_to(written, 'UTF8'));

-- The hash of a link: over the hash of the link before it, nothing at a site's first, and the
-- hash of its own row.
CREATE FUNCTION reconciler_link(before bytea, head bytea, row_hash bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(coalesce(before, head, ''::bytea) || row_hash);

-- As a window function: the links of many rows at once, going on from a head.
CREATE AGGREGATE reconciler_chain (head bytea, row_hash bytea) (
    SFUNC = reconciler_link, STYPE = bytea, PARALLEL = SAFE
);

CREATE TABLE configuration_audit_chain (
    site_id uuid NOT NULL,
    -- 1, 2, 3 … at each site, without a gap.
    position bigint NOT NULL CHECK (position > 0),
    audit_id uuid NOT NULL,
    row_hash bytea NOT NULL,
    chain_hash bytea NOT NULL,
    PRIMARY KEY (site_id, position),
    CONSTRAINT unique_audit_row UNIQUE (site_id, audit_id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON configuration_audit_chain
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON configuration_audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE configuration_audit_chain ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE configuration_audit_chain ENABLE ALWAYS TRIGGER append_only_truncate;

INSERT INTO configuration_audit_chain (site_id, position, audit_id, row_hash, chain_hash)
SELECT site_id, row_number() OVER links, id, row_hash,
       reconciler_chain(NULL, row_hash) OVER links
FROM (
    SELECT site_id, id, sequence,
           reconciler_text_hash(reconciler_audit_text(
               id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
               new_config_hash, reason, details, sequence, recorded_by)) AS row_hash
    FROM configuration_audit_log
) AS recorded
WINDOW links AS (PARTITION BY site_id ORDER BY sequence ROWS UNBOUNDED PRECEDING);

-- Two writers at one site take turns, so that the chain has no fork. There are 64 locks for all
-- sites: a lock a site could be more than the server has room for.
CREATE FUNCTION reconciler_link_audit_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('reconciler audit chain'), turn)
    FROM (
        SELECT DISTINCT abs(hashtextextended(site_id::text, 0::bigint) % 64::bigint)::integer AS turn
        FROM new_rows ORDER BY turn
    ) AS turns;
    INSERT INTO configuration_audit_chain (site_id, position, audit_id, row_hash, chain_hash)
    WITH recorded AS MATERIALIZED (
        SELECT site_id, id, sequence,
               reconciler_text_hash(reconciler_audit_text(
                   id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
                   new_config_hash, reason, details, sequence, recorded_by)) AS row_hash
        FROM new_rows
    ), heads AS MATERIALIZED (
        SELECT touched.site_id, head.position, head.chain_hash
        FROM (SELECT DISTINCT site_id FROM recorded) AS touched
        LEFT JOIN LATERAL (
            SELECT chain.position, chain.chain_hash
            FROM configuration_audit_chain AS chain
            WHERE chain.site_id = touched.site_id
            ORDER BY chain.position DESC
            LIMIT 1
        ) AS head ON TRUE
    )
    SELECT site_id, coalesce(heads.position, 0) + row_number() OVER links, recorded.id,
           recorded.row_hash,
           reconciler_chain(heads.chain_hash, recorded.row_hash) OVER links
    FROM recorded JOIN heads USING (site_id)
    WINDOW links AS (PARTITION BY site_id ORDER BY sequence ROWS UNBOUNDED PRECEDING);
    RETURN NULL;
EXCEPTION WHEN unique_violation THEN
    -- A transaction of one snapshot does not see what another site's writer added meanwhile.
    RAISE EXCEPTION 'the audit log of this site was continued by another transaction'
        USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.';
END
$$;

CREATE TRIGGER link AFTER INSERT ON configuration_audit_log
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_link_audit_rows();
ALTER TABLE ONLY configuration_audit_log ENABLE ALWAYS TRIGGER link;

-- A snapshot says how far its site's audit log had come. So it can be compared with the history as
-- it was then: the times of two transactions do not tell which of them was first.
ALTER TABLE configuration_snapshots ADD COLUMN audit_position bigint;
