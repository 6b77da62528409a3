-- Record the conflicts that are new, or back, and keep severity and reason of the others.
INSERT INTO extension_conflicts_detected AS kept
    (site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, capability,
     resource, policy_1, policy_2, severity, reason)
SELECT site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, capability,
       resource, policy_1, policy_2, severity, reason
FROM staged_conflicts
WHERE live
ON CONFLICT (
    site_id, extension_id_1, extension_id_2, conflict_type, coalesce(site_id_2, site_id),
    coalesce(scope, ''), coalesce(capability, ''), coalesce(resource, ''),
    coalesce(policy_1, ''), coalesce(policy_2, '')
) WHERE resolved_at IS NULL DO UPDATE
SET severity = excluded.severity,
    reason = excluded.reason
WHERE (kept.severity, kept.reason) IS DISTINCT FROM (excluded.severity, excluded.reason)
