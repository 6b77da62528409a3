-- Which extensions are live at some sites, and in which versions.
SELECT DISTINCT extension_id, version FROM site_extension_configs
WHERE site_id = ANY (%(sites)b::uuid[])
