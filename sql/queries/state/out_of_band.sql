-- The newest edit made outside the reconciler to each of the rows asked for, since the
-- reconciler last wrote there, and who made those before it; one that changed nothing of the
-- configuration is passed over.
SELECT wanted.site_id, wanted.extension_id, newest.recorded_by, newest.changed_at,
       newest.details ->> 'application', newest.details ->> 'clientAddress',
       newest.edited_by[2:]
FROM unnest(%(sites)b::uuid[], %(extensions)b::text[]) AS wanted (site_id, extension_id)
CROSS JOIN LATERAL (
    SELECT coalesce(max(own.sequence), 0) AS sequence
    FROM (
        SELECT sequence, action, details FROM configuration_audit_log AS logged
        WHERE logged.site_id = wanted.site_id AND logged.extension_id = wanted.extension_id
        UNION ALL
        SELECT sequence, action, details FROM configuration_audit_archive AS archived
        WHERE archived.site_id = wanted.site_id AND archived.extension_id = wanted.extension_id
    ) AS own
    WHERE own.action <> 'signoff' AND own.details ->> 'origin' IS DISTINCT FROM 'out-of-band'
) AS written
CROSS JOIN LATERAL (
    SELECT audit.recorded_by, audit.changed_at, audit.details,
           array_agg(audit.recorded_by) OVER (
               ORDER BY audit.sequence DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
           ) AS edited_by
    FROM (
        SELECT * FROM configuration_audit_log AS logged
        WHERE logged.site_id = wanted.site_id AND logged.extension_id = wanted.extension_id
          AND logged.sequence > written.sequence
        UNION ALL
        SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
               new_config_hash, reason, details, sequence, recorded_by
        FROM configuration_audit_archive AS archived
        WHERE archived.site_id = wanted.site_id AND archived.extension_id = wanted.extension_id
          AND archived.sequence > written.sequence
    ) AS audit
    WHERE audit.action <> 'signoff' AND audit.details ->> 'origin' = 'out-of-band'
      AND (audit.action <> 'reconfigured'
           OR audit.details -> 'changedKeys' <> '[]'
           OR audit.details -> 'oldVersion' IS DISTINCT FROM audit.details -> 'newVersion'
           OR audit.old_config_hash IS DISTINCT FROM audit.new_config_hash)
    ORDER BY audit.sequence DESC
    LIMIT 1
) AS newest
