-- The signatures that one snapshot holds.
SELECT entry ->> 'extension_id', entry ->> 'aspect', entry ->> 'meaning',
       (SELECT username FROM users WHERE id::text = entry ->> 'signed_by'),
       entry ->> 'signed_role', entry ->> 'signed_at', entry ->> 'config_hash'
FROM configuration_snapshots AS kept, jsonb_array_elements(
    CASE jsonb_typeof(kept.signoffs) WHEN 'array' THEN kept.signoffs ELSE '[]' END
) AS entry
WHERE kept.site_id = %(site)s AND kept.id = %(id)s AND entry ->> 'extension_id' IS NOT NULL
