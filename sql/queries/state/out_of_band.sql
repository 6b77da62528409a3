-- The newest edit made outside the reconciler to each of the rows asked for.
SELECT wanted.site_id, wanted.extension_id, newest.recorded_by, newest.changed_at,
       newest.details ->> 'application', newest.details ->> 'clientAddress', newest.action
FROM unnest(%(sites)s::uuid[], %(extensions)s::text[]) AS wanted (site_id, extension_id)
CROSS JOIN LATERAL (
    SELECT audit.recorded_by, audit.changed_at, audit.details, audit.action
    FROM configuration_audit_log AS audit
    WHERE audit.site_id = wanted.site_id
      AND audit.extension_id = wanted.extension_id
      AND audit.details ->> 'origin' = 'out-of-band'
    ORDER BY audit.sequence DESC
    LIMIT 1
) AS newest
