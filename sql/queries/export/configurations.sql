-- What is live at the sites asked for; configurations as text, so that numbers stay what they are.
SELECT site_id, extension_id, version, configuration::text
FROM site_extension_configs
WHERE site_id = ANY (%(sites)b::uuid[])
ORDER BY site_id, extension_id COLLATE "C"
