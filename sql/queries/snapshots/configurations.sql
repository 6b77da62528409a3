-- What one snapshot holds of each extension; of a row that had drifted no configuration.
SELECT entry ->> 'extension_id', entry ->> 'version', entry ->> 'config_hash',
       entry ->> 'content_digest', (entry -> 'configuration')::text
FROM configuration_snapshots AS kept, jsonb_array_elements(
    CASE jsonb_typeof(kept.configurations) WHEN 'array' THEN kept.configurations ELSE '[]' END
) AS entry
WHERE kept.site_id = %(site)s AND kept.id = %(id)s AND entry ->> 'extension_id' IS NOT NULL
