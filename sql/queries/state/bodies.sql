-- The configurations of the rows asked for, live and last applied, as text: a value that
-- somebody wrote by hand may be more than a JSON reader takes.
SELECT site_id, extension_id, live.configuration::text, applied.configuration::text
FROM unnest(%(sites)s::uuid[], %(extensions)s::text[]) AS wanted (site_id, extension_id)
LEFT JOIN site_extension_configs AS live USING (site_id, extension_id)
LEFT JOIN LATERAL (
    SELECT history.configuration
    FROM site_extension_config_versions AS history
    WHERE history.site_id = wanted.site_id AND history.extension_id = wanted.extension_id
    ORDER BY history.config_version DESC
    LIMIT 1
) AS applied ON TRUE
