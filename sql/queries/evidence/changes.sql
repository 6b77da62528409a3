-- Audit rows, log and archive, oldest first; each condition may be left open with NULL.
SELECT record.site_id, NULL::bigint AS position, record.id, record.extension_id, record.action,
       record.changed_by, (SELECT username FROM users WHERE id = record.changed_by) AS username,
       to_char(record.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS changed_at,
       record.old_config_hash, record.new_config_hash, record.reason, record.details::text,
       record.sequence, record.recorded_by, record.archived,
       NULL::text AS text, NULL::text AS row_hash, NULL::text AS chain_hash
FROM configuration_audit_records AS record
WHERE (%(sites)b::uuid[] IS NULL OR record.site_id = ANY (%(sites)b::uuid[]))
  AND (%(since)s::timestamptz IS NULL OR record.changed_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR record.changed_at < %(until)s)
  AND (%(run)s::text IS NULL OR starts_with(record.details ->> 'runId', %(run)s))
ORDER BY record.sequence, record.site_id, record.id
