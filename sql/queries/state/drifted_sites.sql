-- The sites asked for where what is live does not roll up to what was last applied there; one of
-- which that was never recorded is among them if it has, or ever had, anything. Where most sites
-- are asked for, it takes less to roll all of them up than to look for each row whose it is.
SELECT managed.site_id
FROM unnest(%(sites)b::uuid[]) AS managed (site_id)
LEFT JOIN (
    SELECT site_id, reconciler_rollup(string_agg(entry, '' ORDER BY ordered)) AS rollup
    FROM (
        SELECT site_id, extension_id COLLATE "C" AS ordered,
               reconciler_rollup_entry(extension_id, config_hash, content_digest) AS entry
        FROM site_extension_configs
        WHERE %(everywhere)s OR site_id = ANY (%(sites)b::uuid[])
        ORDER BY site_id, ordered
        OFFSET 0  -- So that several processes make the entries.
    ) AS entries
    GROUP BY site_id
) AS live USING (site_id)
LEFT JOIN LATERAL (
    SELECT rollup
    FROM site_applied_rollups AS recorded
    WHERE recorded.site_id = managed.site_id
    ORDER BY position DESC
    LIMIT 1
) AS applied ON TRUE
WHERE CASE
          WHEN applied.rollup IS NOT NULL
              THEN applied.rollup <> coalesce(live.rollup, reconciler_rollup(NULL))
          ELSE live.rollup IS NOT NULL OR EXISTS (
              SELECT FROM site_extension_config_versions AS history
              WHERE history.site_id = managed.site_id
          )
      END
