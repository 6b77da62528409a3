-- The conflicts as they were.
INSERT INTO extension_conflicts_detected
    (id, site_id, extension_id_1, extension_id_2, conflict_type, scope, capability, resource,
     policy_1, policy_2, severity, reason, detected_at, resolved_at, resolution_notes)
SELECT id, site_id, extension_id_1, extension_id_2, conflict_type, scope, capability, resource,
       policy_1, policy_2, severity, reason, detected_at AT TIME ZONE %(zone)s,
       resolved_at AT TIME ZONE %(zone)s, resolution_notes
FROM reconciler_adopting.extension_conflicts_detected AS found
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'extension_conflicts_detected' AND unfit.place = found.ctid)
