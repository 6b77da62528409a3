-- The sites where something is live, and what MachShop calls them.
SELECT id, name FROM sites
WHERE id IN (SELECT site_id FROM site_extension_configs)
