-- Every recorded signature, and how far its site's audit log had come when it was recorded: at the
-- last row of its run or of the adoption that took it over, or at its own row where it was given
-- outside the reconciler. No place: the audit log knows nothing of it.
WITH linked AS (
    SELECT record.site_id, record.extension_id, record.action, record.changed_at, record.details,
           record.new_config_hash, chain.position
    FROM configuration_audit_records AS record
    JOIN configuration_audit_chain AS chain
        ON chain.site_id = record.site_id AND chain.audit_id = record.id
    WHERE %(sites)b::uuid[] IS NULL OR record.site_id = ANY (%(sites)b::uuid[])
), by_run AS (
    SELECT site_id, details ->> 'runId' AS run_id, max(position) AS position
    FROM linked WHERE details ->> 'runId' IS NOT NULL GROUP BY 1, 2
), by_hand AS (
    SELECT site_id, extension_id, new_config_hash, changed_at, details ->> 'aspect' AS aspect,
           details ->> 'signedBy' AS signed_by, max(position) AS position
    FROM linked
    WHERE action = 'signoff' AND details ->> 'origin' = 'out-of-band'
    GROUP BY 1, 2, 3, 4, 5, 6
), by_adoption AS (
    SELECT site_id, changed_at, max(position) AS position
    FROM linked WHERE action = 'adopted' GROUP BY 1, 2
)
SELECT signed.site_id, (to_jsonb(signed) - 'id')::text, signed.recorded_at,
       coalesce(by_run.position, by_hand.position, by_adoption.position)
FROM compliance_signoffs AS signed
LEFT JOIN by_run
    ON by_run.site_id = signed.site_id AND by_run.run_id = signed.metadata ->> 'runId'
LEFT JOIN by_adoption
    ON by_adoption.site_id = signed.site_id AND by_adoption.changed_at = signed.recorded_at
LEFT JOIN by_hand
    ON by_hand.site_id = signed.site_id AND by_hand.extension_id = signed.extension_id
    AND by_hand.new_config_hash = signed.config_hash AND by_hand.changed_at = signed.recorded_at
    AND by_hand.aspect = signed.aspect AND by_hand.signed_by = signed.signed_by::text
WHERE %(sites)b::uuid[] IS NULL OR signed.site_id = ANY (%(sites)b::uuid[])
