-- The edit at night that no pull request knows of.
UPDATE site_extension_configs
SET configuration = jsonb_set(configuration, '{syncInterval}', '5')
WHERE extension_id = %(extension)s AND configuration ? 'syncInterval'
