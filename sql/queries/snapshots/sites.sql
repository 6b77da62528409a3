-- The sites that have something to keep: a configuration, now or once.
SELECT site_id FROM site_extension_configs
UNION
SELECT site_id FROM site_extension_config_versions
