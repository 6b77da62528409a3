-- Snapshots with how much they hold, newest first.
SELECT id, site_id, snapshot_at, reason,
       (SELECT username FROM users WHERE users.id = kept.created_by) AS created_by, run_id,
       CASE jsonb_typeof(configurations) WHEN 'array' THEN jsonb_array_length(configurations)
            ELSE 0 END AS configurations,
       (SELECT count(*) FROM jsonb_array_elements(
            CASE jsonb_typeof(configurations) WHEN 'array' THEN configurations ELSE '[]' END
        ) AS entry
        WHERE entry -> 'drifted' = 'true') AS drifted,
       CASE jsonb_typeof(signoffs) WHEN 'array' THEN jsonb_array_length(signoffs)
            ELSE 0 END AS signoffs
FROM configuration_snapshots AS kept
WHERE (%(sites)b::uuid[] IS NULL OR site_id = ANY (%(sites)b::uuid[]))
  AND (%(ids)b::uuid[] IS NULL OR id = ANY (%(ids)b::uuid[]))
  AND starts_with(id::text, %(beginning)s)
ORDER BY snapshot_at DESC, site_id, id
LIMIT %(most)s
