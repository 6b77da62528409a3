-- Enable what is not live.
INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, config_hash)
SELECT site_id, extension_id, version, configuration, new_config_hash
FROM staged_changes
WHERE action = 'activate'
