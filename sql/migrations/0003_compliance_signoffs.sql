-- Signoffs: who signed which aspect of which exact configuration.
--
-- A signoff refers to the version history and not to the live row, so that neither a
-- reconfiguration nor a deactivation takes a signature away.

CREATE TABLE compliance_signoffs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    aspect varchar(128) NOT NULL,
    signed_by uuid NOT NULL,
    signed_role varchar(32) NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    -- What the signature says: review, approval, responsibility, authorship (21 CFR 11.50(a)(3)).
    meaning varchar(32),
    config_hash varchar(256) NOT NULL,
    config_version integer NOT NULL,
    notes text,
    metadata jsonb,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    recorded_by name NOT NULL DEFAULT session_user,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT,
    CONSTRAINT fk_user FOREIGN KEY (signed_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT fk_config_version FOREIGN KEY (site_id, extension_id, config_version, config_hash)
        REFERENCES site_extension_config_versions
            (site_id, extension_id, config_version, config_hash) ON DELETE RESTRICT,
    CONSTRAINT unique_signoff
        UNIQUE (site_id, extension_id, config_hash, aspect, signed_by, signed_role, signed_at,
                meaning)
);

CREATE INDEX idx_signoffs_signed_at ON compliance_signoffs (signed_at);
CREATE INDEX idx_signoffs_signed_by ON compliance_signoffs (signed_by);
CREATE INDEX idx_signoffs_config_hash ON compliance_signoffs (config_hash);

CREATE TRIGGER stamp BEFORE INSERT ON compliance_signoffs
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_record();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON compliance_signoffs
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON compliance_signoffs
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE compliance_signoffs ENABLE ALWAYS TRIGGER append_only_truncate;
