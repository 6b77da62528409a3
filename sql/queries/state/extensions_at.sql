-- The extensions that are live at the sites asked for, or ever were by the reconciler.
SELECT extension_id FROM site_extension_configs WHERE site_id = ANY (%(sites)b::uuid[])
UNION
SELECT extension_id FROM site_extension_config_versions WHERE site_id = ANY (%(sites)b::uuid[])
