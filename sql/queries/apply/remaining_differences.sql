-- The changes of this run that the database does not show, which must be none.
SELECT staged.site_id, staged.extension_id
FROM staged_changes AS staged
LEFT JOIN site_extension_configs AS live USING (site_id, extension_id)
LEFT JOIN LATERAL (
    SELECT history.config_hash, history.content_digest
    FROM site_extension_config_versions AS history
    WHERE history.site_id = staged.site_id AND history.extension_id = staged.extension_id
    ORDER BY history.config_version DESC
    LIMIT 1
) AS applied ON TRUE
WHERE (live.config_hash, live.content_digest)
          IS DISTINCT FROM (applied.config_hash, applied.content_digest)
   OR live.config_hash IS DISTINCT FROM staged.new_config_hash
LIMIT 10
