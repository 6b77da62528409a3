-- Enable and reconfigure.
INSERT INTO site_extension_configs AS live
    (site_id, extension_id, version, configuration, config_hash)
SELECT site_id, extension_id, version, configuration, new_config_hash
FROM staged_changes
WHERE action IN ('activate', 'reconfigure')
ON CONFLICT (site_id, extension_id) DO UPDATE
SET version = excluded.version,
    configuration = excluded.configuration,
    config_hash = excluded.config_hash,
    validated = TRUE,
    validation_errors = NULL,
    detected_conflicts = NULL,
    updated_at = transaction_timestamp()
