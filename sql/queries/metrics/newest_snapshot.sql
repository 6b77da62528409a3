-- When the newest snapshot was made.
SELECT extract(epoch FROM max(newest.snapshot_at))::float8
FROM sites
CROSS JOIN LATERAL (
    SELECT snapshot_at FROM configuration_snapshots AS kept
    WHERE kept.site_id = sites.id
    ORDER BY snapshot_at DESC
    LIMIT 1
) AS newest
