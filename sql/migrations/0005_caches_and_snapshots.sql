-- Resolved dependencies, detected conflicts, and snapshots of a whole site.

CREATE TABLE extension_dependency_cache (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    dependency_type varchar(20) NOT NULL CHECK (dependency_type IN ('extension', 'capability')),
    dependency_id varchar(128) NOT NULL,
    min_version varchar(20),
    resolved_version varchar(20),
    resolved_provider varchar(64),
    satisfied boolean NOT NULL,
    reason text,
    cached_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE,
    CONSTRAINT fk_config FOREIGN KEY (site_id, extension_id)
        REFERENCES site_extension_configs (site_id, extension_id) ON DELETE CASCADE
);

CREATE INDEX idx_dep_cache_site_ext ON extension_dependency_cache (site_id, extension_id);
CREATE INDEX idx_dep_cache_expires_at ON extension_dependency_cache (expires_at);

CREATE TABLE extension_conflicts_detected (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    extension_id_1 varchar(64) NOT NULL,
    extension_id_2 varchar(64) NOT NULL,
    conflict_type varchar(32) NOT NULL CHECK (conflict_type IN ('explicit', 'policy', 'dependency')),
    scope varchar(32) CHECK (scope IN ('global', 'capability', 'resource')),
    capability varchar(128),
    resource varchar(128),
    policy_1 varchar(128),
    policy_2 varchar(128),
    severity varchar(16) NOT NULL DEFAULT 'warning' CHECK (severity IN ('error', 'warning')),
    reason text NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    resolution_notes text,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE
);

CREATE INDEX idx_conflicts_extensions
    ON extension_conflicts_detected (extension_id_1, extension_id_2);
CREATE INDEX idx_conflicts_unresolved
    ON extension_conflicts_detected (site_id, resolved_at) WHERE resolved_at IS NULL;

CREATE TABLE configuration_snapshots (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    snapshot_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    configurations jsonb NOT NULL,
    signoffs jsonb NOT NULL,
    reason varchar(128),
    created_by uuid,
    run_id uuid REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT,
    CONSTRAINT fk_user FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX idx_snapshots_site_at ON configuration_snapshots (site_id, snapshot_at DESC);

CREATE FUNCTION reconciler_stamp_snapshot() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.snapshot_at := transaction_timestamp();
    NEW.recorded_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON configuration_snapshots
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_snapshot();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON configuration_snapshots
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON configuration_snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE configuration_snapshots ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE configuration_snapshots ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE configuration_snapshots ENABLE ALWAYS TRIGGER append_only_truncate;
