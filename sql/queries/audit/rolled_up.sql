-- The sites of which the newest roll-up is not what the history has as last applied, or that have
-- only one of the two.
SELECT site.id
FROM sites AS site
LEFT JOIN reconciler_applied_rollups(ARRAY(
    SELECT id FROM sites WHERE %(sites)b::uuid[] IS NULL OR id = ANY (%(sites)b::uuid[])
)) AS applied ON applied.site_id = site.id
LEFT JOIN LATERAL (
    SELECT configurations, rollup
    FROM site_applied_rollups AS kept
    WHERE kept.site_id = site.id
    ORDER BY position DESC
    LIMIT 1
) AS recorded ON TRUE
WHERE (%(sites)b::uuid[] IS NULL OR site.id = ANY (%(sites)b::uuid[]))
  AND (recorded.configurations, recorded.rollup)
          IS DISTINCT FROM (applied.configurations, applied.rollup)
ORDER BY site.id
LIMIT %(most)s
