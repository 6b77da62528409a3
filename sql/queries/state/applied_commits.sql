-- The commit that each of the configurations asked for was last applied from, where it is known.
SELECT wanted.site_id, wanted.extension_id, applied.commit_id
FROM unnest(%(sites)b::uuid[], %(extensions)b::text[]) AS wanted (site_id, extension_id)
CROSS JOIN LATERAL (
    SELECT history.commit_id
    FROM site_extension_config_versions AS history
    WHERE history.site_id = wanted.site_id AND history.extension_id = wanted.extension_id
    ORDER BY history.config_version DESC
    LIMIT 1
) AS applied
WHERE applied.commit_id IS NOT NULL
