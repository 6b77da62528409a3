-- The signatures that each snapshot holds, and how far its site's audit log had come then.
WITH reached AS (
    SELECT record.site_id, record.details ->> 'runId' AS run_id, max(chain.position) AS position
    FROM configuration_audit_records AS record
    JOIN configuration_audit_chain AS chain
        ON chain.site_id = record.site_id AND chain.audit_id = record.id
    WHERE record.details ->> 'runId' IS NOT NULL
      AND (%(sites)b::uuid[] IS NULL OR record.site_id = ANY (%(sites)b::uuid[]))
    GROUP BY 1, 2
)
SELECT kept.id, kept.site_id, kept.snapshot_at,
       coalesce(kept.audit_position, reached.position, 0), kept.signoffs::text
FROM configuration_snapshots AS kept
LEFT JOIN reached ON reached.site_id = kept.site_id AND reached.run_id = kept.run_id::text
WHERE %(sites)b::uuid[] IS NULL OR kept.site_id = ANY (%(sites)b::uuid[])
ORDER BY kept.snapshot_at, kept.site_id, kept.id
