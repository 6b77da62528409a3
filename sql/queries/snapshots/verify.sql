-- Each entry of each snapshot beside what the history had there when the snapshot was made: as far
-- as the audit log had come then, since the times of two transactions do not say which was first.
WITH linked AS (
    SELECT record.site_id, record.extension_id, record.action, chain.position,
           record.details ->> 'runId' AS run_id,
           coalesce(record.details ->> 'origin' = 'out-of-band', FALSE) AS by_hand,
           record.action = 'adopted' AND record.details -> 'withheld' = 'true' AS withheld
    FROM configuration_audit_records AS record
    JOIN configuration_audit_chain AS chain
        ON chain.site_id = record.site_id AND chain.audit_id = record.id
    WHERE %(sites)b::uuid[] IS NULL OR record.site_id = ANY (%(sites)b::uuid[])
), reached AS (
    SELECT site_id, run_id, max(position) AS position
    FROM linked WHERE run_id IS NOT NULL GROUP BY site_id, run_id
), chosen AS (
    -- Before a snapshot kept its place in the log, each was made by a run, which left audit rows.
    SELECT kept.id, kept.site_id, kept.snapshot_at, kept.configurations,
           coalesce(kept.audit_position, reached.position, 0) AS position
    FROM configuration_snapshots AS kept
    LEFT JOIN reached ON reached.site_id = kept.site_id AND reached.run_id = kept.run_id::text
    WHERE (%(sites)b::uuid[] IS NULL OR kept.site_id = ANY (%(sites)b::uuid[]))
      -- What was adopted keeps its time; what it holds is MachShop's, and in a form of its own.
      AND kept.snapshot_at = kept.recorded_at
), history AS (
    SELECT wrote.site_id, wrote.extension_id, wrote.config_hash, wrote.content_digest,
           linked.position, lead(linked.position) OVER versions AS next_position
    FROM site_extension_config_versions AS wrote
    JOIN linked
        ON linked.site_id = wrote.site_id AND linked.extension_id = wrote.extension_id
        AND linked.run_id = wrote.run_id::text AND linked.action <> 'signoff'
        AND NOT linked.by_hand
    -- What an adoption kept out of the history is taken for an edit by hand.
    WHERE wrote.config_hash IS NULL OR wrote.content_digest IS NOT NULL
    WINDOW versions AS (PARTITION BY wrote.site_id, wrote.extension_id ORDER BY config_version)
), applied AS (
    SELECT chosen.id, chosen.site_id, history.extension_id, history.config_hash,
           history.content_digest, history.position
    FROM chosen
    JOIN history
        ON history.site_id = chosen.site_id AND history.position <= chosen.position
        AND (history.next_position IS NULL OR history.next_position > chosen.position)
), entries AS (
    SELECT chosen.id, chosen.site_id, entry ->> 'extension_id' AS extension_id, entry
    FROM chosen, jsonb_array_elements(
        CASE jsonb_typeof(chosen.configurations) WHEN 'array' THEN chosen.configurations ELSE '[]' END
    ) AS entry
), edited AS MATERIALIZED (
    SELECT site_id, extension_id, position FROM linked WHERE by_hand OR withheld
)
SELECT chosen.id, chosen.site_id, chosen.snapshot_at, extension_id, entry ->> 'version',
       (entry -> 'configuration')::text, entry ->> 'config_hash', entry ->> 'content_digest',
       reconciler_digest(entry ->> 'version', entry -> 'configuration'),
       entry IS NOT NULL AS kept, coalesce(entry -> 'drifted' = 'true', FALSE) AS drifted,
       compared.config_hash, compared.content_digest,
       EXISTS (
           SELECT FROM edited
           WHERE edited.site_id = chosen.site_id AND edited.extension_id = compared.extension_id
             AND edited.position > coalesce(compared.applied_position, 0)
             AND edited.position <= chosen.position) AS edited
FROM chosen
LEFT JOIN (
    SELECT coalesce(entries.id, applied.id) AS snapshot_id,
           coalesce(entries.extension_id, applied.extension_id) AS extension_id, entry,
           applied.config_hash, applied.content_digest, applied.position AS applied_position
    FROM entries
    FULL JOIN applied
        ON applied.id = entries.id AND applied.site_id = entries.site_id
        AND applied.extension_id = entries.extension_id
) AS compared ON compared.snapshot_id = chosen.id
ORDER BY chosen.snapshot_at, chosen.site_id, chosen.id, extension_id
