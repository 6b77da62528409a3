-- What is live at one site.
SELECT extension_id, version, config_hash, content_digest, configuration::text
FROM site_extension_configs
WHERE site_id = %(site)s
