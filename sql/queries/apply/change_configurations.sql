-- Reconfigure what is live. The new values are joined, and not offered to an insert first: their
-- digest is computed once.
UPDATE site_extension_configs AS live
SET version = staged.version,
    configuration = staged.configuration,
    config_hash = staged.new_config_hash,
    validated = TRUE,
    validation_errors = NULL,
    detected_conflicts = NULL,
    updated_at = transaction_timestamp()
FROM staged_changes AS staged
WHERE staged.action = 'reconfigure'
  AND live.site_id = staged.site_id
  AND live.extension_id = staged.extension_id
