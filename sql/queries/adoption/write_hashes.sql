-- Which hash a configuration had, and which it has now.
INSERT INTO adopted_hashes (site_id, extension_id, signed_hash, config_hash, run_id)
SELECT site_id, extension_id, found_hash, config_hash, %(run_id)s
FROM adoption_configurations
WHERE found_hash <> config_hash
