-- MachShop's own schema, as its document has it, with its two materialized views. Mended only where
-- PostgreSQL refuses it: sites and users come first and lose the comma before what the document
-- leaves out, and the key that compliance_signoffs refers to is a unique constraint.

CREATE TABLE sites (
  id UUID PRIMARY KEY,
  name VARCHAR(256) NOT NULL,
  status VARCHAR(32) NOT NULL,
  created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
  id UUID PRIMARY KEY,
  username VARCHAR(256) UNIQUE NOT NULL,
  email VARCHAR(256)
);

CREATE TABLE site_extension_configs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  extension_id VARCHAR(64) NOT NULL,
  version VARCHAR(20) NOT NULL,

  -- Configuration tracking
  configuration JSONB NOT NULL,
  config_hash VARCHAR(256) NOT NULL UNIQUE,

  -- Validation status
  validated BOOLEAN NOT NULL DEFAULT TRUE,
  validation_errors JSONB,
  detected_conflicts TEXT[],

  -- Metadata
  enabled_at TIMESTAMP NOT NULL DEFAULT NOW(),
  updated_at TIMESTAMP NOT NULL DEFAULT NOW(),

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE,
  CONSTRAINT unique_site_extension UNIQUE (site_id, extension_id),
  CONSTRAINT unique_site_extension_hash UNIQUE (site_id, extension_id, config_hash)
);

CREATE INDEX idx_site_ext_configs_site_id ON site_extension_configs(site_id);
CREATE INDEX idx_site_ext_configs_extension_id ON site_extension_configs(extension_id);
CREATE INDEX idx_site_ext_configs_config_hash ON site_extension_configs(config_hash);

CREATE TABLE compliance_signoffs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  extension_id VARCHAR(64) NOT NULL,

  -- Signoff details
  aspect VARCHAR(128) NOT NULL,
  signed_by UUID NOT NULL,
  signed_role VARCHAR(32) NOT NULL,
  signed_at TIMESTAMP NOT NULL DEFAULT NOW(),

  -- Configuration reference
  config_hash VARCHAR(256) NOT NULL,
  config_version INT NOT NULL,

  -- Notes and metadata
  notes TEXT,
  metadata JSONB,

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE,
  CONSTRAINT fk_user FOREIGN KEY (signed_by) REFERENCES users(id) ON DELETE RESTRICT,
  CONSTRAINT fk_config_hash FOREIGN KEY (site_id, extension_id, config_hash)
    REFERENCES site_extension_configs(site_id, extension_id, config_hash) ON DELETE CASCADE
);

CREATE INDEX idx_signoffs_site_id ON compliance_signoffs(site_id);
CREATE INDEX idx_signoffs_site_ext ON compliance_signoffs(site_id, extension_id);
CREATE INDEX idx_signoffs_signed_at ON compliance_signoffs(signed_at);
CREATE INDEX idx_signoffs_signed_by ON compliance_signoffs(signed_by);
CREATE INDEX idx_signoffs_config_hash ON compliance_signoffs(config_hash);

CREATE TABLE configuration_audit_log (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  extension_id VARCHAR(64) NOT NULL,

  -- Action tracking
  action VARCHAR(32) NOT NULL,
  changed_by UUID NOT NULL,
  changed_at TIMESTAMP NOT NULL DEFAULT NOW(),

  -- Configuration hashes for before/after
  old_config_hash VARCHAR(256),
  new_config_hash VARCHAR(256),

  -- Reason and details
  reason TEXT,
  details JSONB,

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE,
  CONSTRAINT fk_user FOREIGN KEY (changed_by) REFERENCES users(id) ON DELETE RESTRICT,
  CONSTRAINT valid_action CHECK (action IN ('activated', 'deactivated', 'reconfigured', 'signoff'))
);

CREATE INDEX idx_audit_site_id ON configuration_audit_log(site_id);
CREATE INDEX idx_audit_extension_id ON configuration_audit_log(extension_id);
CREATE INDEX idx_audit_site_ext ON configuration_audit_log(site_id, extension_id);
CREATE INDEX idx_audit_changed_at ON configuration_audit_log(changed_at);
CREATE INDEX idx_audit_changed_by ON configuration_audit_log(changed_by);

CREATE TABLE extension_dependency_cache (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  extension_id VARCHAR(64) NOT NULL,

  -- Dependency details
  dependency_type VARCHAR(20) NOT NULL, -- 'extension' or 'capability'
  dependency_id VARCHAR(128) NOT NULL,  -- extension ID or capability name
  min_version VARCHAR(20),
  resolved_version VARCHAR(20),
  resolved_provider VARCHAR(64),        -- actual provider ID if capability

  -- Status
  satisfied BOOLEAN NOT NULL,
  reason TEXT,

  -- Metadata
  cached_at TIMESTAMP NOT NULL DEFAULT NOW(),
  expires_at TIMESTAMP,

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE,
  CONSTRAINT fk_config FOREIGN KEY (site_id, extension_id)
    REFERENCES site_extension_configs(site_id, extension_id) ON DELETE CASCADE
);

CREATE INDEX idx_dep_cache_site_ext ON extension_dependency_cache(site_id, extension_id);
CREATE INDEX idx_dep_cache_expires_at ON extension_dependency_cache(expires_at);

CREATE TABLE extension_conflicts_detected (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  extension_id_1 VARCHAR(64) NOT NULL,
  extension_id_2 VARCHAR(64) NOT NULL,

  -- Conflict details
  conflict_type VARCHAR(32) NOT NULL, -- 'explicit', 'policy', 'dependency'
  scope VARCHAR(32),                  -- 'global', 'capability', 'resource'
  capability VARCHAR(128),
  resource VARCHAR(128),
  policy_1 VARCHAR(128),
  policy_2 VARCHAR(128),

  -- Severity and reason
  severity VARCHAR(16) NOT NULL DEFAULT 'warning', -- 'error' or 'warning'
  reason TEXT NOT NULL,

  -- Metadata
  detected_at TIMESTAMP NOT NULL DEFAULT NOW(),
  resolved_at TIMESTAMP,
  resolution_notes TEXT,

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE
);

CREATE INDEX idx_conflicts_site ON extension_conflicts_detected(site_id);
CREATE INDEX idx_conflicts_extensions ON extension_conflicts_detected(extension_id_1, extension_id_2);
CREATE INDEX idx_conflicts_unresolved ON extension_conflicts_detected(site_id, resolved_at)
  WHERE resolved_at IS NULL;

CREATE TABLE configuration_snapshots (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  site_id UUID NOT NULL,
  snapshot_at TIMESTAMP NOT NULL DEFAULT NOW(),

  -- Configuration data
  configurations JSONB NOT NULL, -- Array of all configs at snapshot time
  signoffs JSONB NOT NULL,       -- Array of all signoffs

  -- Metadata
  reason VARCHAR(128),           -- Why snapshot was taken
  created_by UUID,

  -- Constraints
  CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites(id) ON DELETE CASCADE
);

CREATE INDEX idx_snapshots_site_at ON configuration_snapshots(site_id, snapshot_at DESC);

CREATE MATERIALIZED VIEW v_site_config_status AS
SELECT
  s.id as site_id,
  s.name as site_name,
  COUNT(DISTINCT sec.extension_id) as total_extensions,
  COUNT(DISTINCT CASE WHEN sec.validated THEN sec.extension_id END) as valid_configs,
  COUNT(DISTINCT CASE WHEN NOT sec.validated THEN sec.extension_id END) as invalid_configs,
  COUNT(DISTINCT CASE WHEN sec.detected_conflicts IS NOT NULL AND array_length(sec.detected_conflicts, 1) > 0
    THEN sec.extension_id END) as conflicting_configs,
  MAX(sec.updated_at) as last_updated,
  CASE WHEN COUNT(DISTINCT CASE WHEN NOT sec.validated THEN sec.extension_id END) > 0
    THEN TRUE ELSE FALSE END as needs_attention
FROM sites s
LEFT JOIN site_extension_configs sec ON s.id = sec.site_id
GROUP BY s.id, s.name;

CREATE INDEX idx_v_site_config_site_id ON v_site_config_status(site_id);

CREATE MATERIALIZED VIEW v_unsigned_compliance AS
SELECT
  sec.site_id,
  sec.extension_id,
  array_agg(DISTINCT ca.aspect) as unsigned_aspects,
  COUNT(DISTINCT ca.aspect) as aspect_count
FROM site_extension_configs sec
CROSS JOIN LATERAL jsonb_each_text(sec.configuration) ca(aspect, requirement)
LEFT JOIN compliance_signoffs cs ON
  sec.site_id = cs.site_id AND
  sec.extension_id = cs.extension_id AND
  ca.aspect = cs.aspect AND
  cs.signed_at > sec.enabled_at
WHERE cs.id IS NULL
GROUP BY sec.site_id, sec.extension_id;
