-- Who last changed each of the rows asked for, how and when, as the audit log or its archive has
-- it.
SELECT wanted.site_id, wanted.extension_id, newest.action, newest.changed_at,
       coalesce(
           (SELECT username FROM users WHERE id = newest.changed_by), newest.recorded_by
       ) AS changed_by,
       newest.details ->> 'application' AS application,
       newest.details ->> 'clientAddress' AS address,
       newest.details ->> 'runId' AS run_id
FROM unnest(%(sites)b::uuid[], %(extensions)b::text[]) AS wanted (site_id, extension_id)
CROSS JOIN LATERAL (
    SELECT action, changed_at, changed_by, recorded_by, details, sequence
    FROM configuration_audit_log AS logged
    WHERE logged.site_id = wanted.site_id AND logged.extension_id = wanted.extension_id
    UNION ALL
    SELECT action, changed_at, changed_by, recorded_by, details, sequence
    FROM configuration_audit_archive AS archived
    WHERE archived.site_id = wanted.site_id AND archived.extension_id = wanted.extension_id
    ORDER BY sequence DESC
    LIMIT 1
) AS newest
