-- The configurations that were applied in a range of time, as lines of JSON, oldest first at each
-- site. They come from the history that the reconciler wrote, never from the live rows: those may
-- have been edited by hand, and nobody checked them for secrets.
SELECT json_build_object(
           'site_id', history.site_id, 'extension_id', history.extension_id,
           'config_version', history.config_version, 'version', history.version,
           'configuration', history.configuration, 'config_hash', history.config_hash,
           'content_digest', history.content_digest, 'commit', history.commit_id,
           'run_id', history.run_id,
           'recorded_at',
           to_char(history.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'recorded_by', history.recorded_by
       )::text
FROM site_extension_config_versions AS history
WHERE (%(sites)b::uuid[] IS NULL OR history.site_id = ANY (%(sites)b::uuid[]))
  AND (%(since)s::timestamptz IS NULL OR history.recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR history.recorded_at < %(until)s)
ORDER BY history.site_id, history.extension_id, history.config_version
