-- Keep how the dependencies of live configurations are met; what is recorded so already is left
-- alone, which most of it is.
INSERT INTO extension_dependency_cache AS kept
    (site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
     resolved_provider, satisfied, reason)
SELECT site_id, extension_id, staged.dependency_type, staged.dependency_id, staged.min_version,
       staged.resolved_version, staged.resolved_provider, staged.satisfied, staged.reason
FROM staged_dependencies AS staged
JOIN staged_verdicts AS validated USING (site_id, extension_id)
WHERE validated.live
EXCEPT
SELECT site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
       resolved_provider, satisfied, reason
FROM extension_dependency_cache
WHERE expires_at IS NULL AND site_id IN (SELECT site_id FROM staged_sites)
ORDER BY site_id, extension_id
ON CONFLICT (site_id, extension_id, dependency_type, dependency_id) DO UPDATE
SET min_version = excluded.min_version,
    resolved_version = excluded.resolved_version,
    resolved_provider = excluded.resolved_provider,
    satisfied = excluded.satisfied,
    reason = excluded.reason,
    cached_at = transaction_timestamp(),
    expires_at = NULL
WHERE (kept.min_version, kept.resolved_version, kept.resolved_provider, kept.satisfied,
       kept.reason, kept.expires_at)
      IS DISTINCT FROM
      (excluded.min_version, excluded.resolved_version, excluded.resolved_provider,
       excluded.satisfied, excluded.reason, NULL)
