-- Mark the verdicts on what is live as it was validated: by its hash, and not edited by hand.
UPDATE staged_verdicts AS staged
SET live = TRUE
FROM site_extension_configs AS live
CROSS JOIN LATERAL (
    SELECT history.content_digest
    FROM site_extension_config_versions AS history
    WHERE history.site_id = live.site_id AND history.extension_id = live.extension_id
    ORDER BY history.config_version DESC
    LIMIT 1
) AS applied
WHERE live.site_id = staged.site_id
  AND live.extension_id = staged.extension_id
  AND live.config_hash = staged.config_hash
  AND live.content_digest = applied.content_digest
