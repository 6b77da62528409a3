-- Drop the views, which are derived, and let every table be there to copy from, if empty.
DROP MATERIALIZED VIEW IF EXISTS
    reconciler_adopting.v_site_config_status, reconciler_adopting.v_unsigned_compliance;
CREATE TABLE IF NOT EXISTS reconciler_adopting.site_extension_configs (
    id uuid, site_id uuid, extension_id varchar(64), version varchar(20), configuration jsonb,
    config_hash varchar(256), validated boolean, validation_errors jsonb,
    detected_conflicts text[], enabled_at timestamp, updated_at timestamp
);
CREATE TABLE IF NOT EXISTS reconciler_adopting.compliance_signoffs (
    id uuid, site_id uuid, extension_id varchar(64), aspect varchar(128), signed_by uuid,
    signed_role varchar(32), signed_at timestamp, config_hash varchar(256), config_version integer,
    notes text, metadata jsonb
);
CREATE TABLE IF NOT EXISTS reconciler_adopting.configuration_audit_log (
    id uuid, site_id uuid, extension_id varchar(64), action varchar(32), changed_by uuid,
    changed_at timestamp, old_config_hash varchar(256), new_config_hash varchar(256), reason text,
    details jsonb
);
CREATE TABLE IF NOT EXISTS reconciler_adopting.extension_dependency_cache (
    id uuid, site_id uuid, extension_id varchar(64), dependency_type varchar(20),
    dependency_id varchar(128), min_version varchar(20), resolved_version varchar(20),
    resolved_provider varchar(64), satisfied boolean, reason text, cached_at timestamp,
    expires_at timestamp
);
CREATE TABLE IF NOT EXISTS reconciler_adopting.extension_conflicts_detected (
    id uuid, site_id uuid, extension_id_1 varchar(64), extension_id_2 varchar(64),
    conflict_type varchar(32), scope varchar(32), capability varchar(128), resource varchar(128),
    policy_1 varchar(128), policy_2 varchar(128), severity varchar(16), reason text,
    detected_at timestamp, resolved_at timestamp, resolution_notes text
);
CREATE TABLE IF NOT EXISTS reconciler_adopting.configuration_snapshots (
    id uuid, site_id uuid, snapshot_at timestamp, configurations jsonb, signoffs jsonb,
    reason varchar(128), created_by uuid
);
CREATE TEMPORARY TABLE adoption_unfit (
    found_in text, place tid, site_id uuid, content jsonb, reason text,
    PRIMARY KEY (found_in, place)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE adoption_configurations (
    site_id uuid, extension_id varchar(64), found_hash varchar(256), config_hash varchar(256),
    withheld boolean, errors jsonb,
    PRIMARY KEY (site_id, extension_id)
) ON COMMIT DROP
