-- The live state, and the append-only history of what the reconciler itself wrote.

-- convert_to() is only STABLE, because a database's encoding could be another one; the target
-- is a constant here, so the digest of the same value is always the same. The body is bound now
-- and not when it runs: no search path can put another encode() or sha256() in its place.
CREATE FUNCTION reconciler_digest(version text, configuration jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(sha256(convert_to(jsonb_build_array(version, configuration)::text, 'UTF8')), 'hex');

CREATE TABLE site_extension_configs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    version varchar(20) NOT NULL,
    configuration jsonb NOT NULL,
    config_hash varchar(256) NOT NULL,
    validated boolean NOT NULL DEFAULT TRUE,
    validation_errors jsonb,
    detected_conflicts text[],
    enabled_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    content_digest text NOT NULL GENERATED ALWAYS AS (reconciler_digest(version, configuration)) STORED,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE,
    CONSTRAINT unique_site_extension UNIQUE (site_id, extension_id)
);

CREATE INDEX idx_site_ext_configs_extension_id ON site_extension_configs (extension_id);
CREATE INDEX idx_site_ext_configs_config_hash ON site_extension_configs (config_hash);

-- The newest row of a (site, extension) is its last-applied state. A deactivation is a row as
-- well, without a configuration, so that a row deleted by hand can be told from it.
CREATE TABLE site_extension_config_versions (
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    config_version integer NOT NULL CHECK (config_version > 0),
    version varchar(20),
    configuration jsonb,
    config_hash varchar(256),
    commit_id varchar(64),
    run_id uuid NOT NULL REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    content_digest text GENERATED ALWAYS AS (reconciler_digest(version, configuration)) STORED,
    PRIMARY KEY (site_id, extension_id, config_version),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT,
    CONSTRAINT unique_version_hash UNIQUE (site_id, extension_id, config_version, config_hash),
    CONSTRAINT enabled_or_deactivated CHECK (
        num_nulls(version, configuration, config_hash) IN (0, 3)
    )
);

CREATE INDEX idx_versions_run ON site_extension_config_versions (run_id);

CREATE FUNCTION reconciler_stamp_record() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.recorded_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON site_extension_config_versions
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_record();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON site_extension_config_versions
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON site_extension_config_versions
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE site_extension_config_versions ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE site_extension_config_versions ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE site_extension_config_versions ENABLE ALWAYS TRIGGER append_only_truncate;

-- Which aspects of which live configuration need whose signature; kept from the catalog.
CREATE TABLE compliance_requirements (
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    aspect varchar(128) NOT NULL,
    required_role varchar(32) NOT NULL,
    enforced boolean NOT NULL,
    PRIMARY KEY (site_id, extension_id, aspect, required_role),
    CONSTRAINT fk_config FOREIGN KEY (site_id, extension_id)
        REFERENCES site_extension_configs (site_id, extension_id) ON DELETE CASCADE
);
