-- The links of parts of the chains, each with its audit row, in the order of the chains; then, at
-- each site, the audit rows that no link names.
SELECT chain.site_id, chain.position, record.id, record.extension_id, record.action,
       record.changed_by, (SELECT username FROM users WHERE id = record.changed_by) AS username,
       to_char(record.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS changed_at,
       record.old_config_hash, record.new_config_hash, record.reason, record.details::text,
       record.sequence, record.recorded_by, record.archived,
       CASE WHEN record.id IS NOT NULL THEN reconciler_audit_text(
           record.id, record.site_id, record.extension_id, record.action, record.changed_by,
           record.changed_at, record.old_config_hash, record.new_config_hash, record.reason,
           record.details, record.sequence, record.recorded_by) END AS text,
       encode(chain.row_hash, 'hex') AS row_hash, encode(chain.chain_hash, 'hex') AS chain_hash
FROM unnest(%(sites)b::uuid[], %(firsts)b::bigint[], %(lasts)b::bigint[])
    AS part (site_id, first, last)
JOIN configuration_audit_chain AS chain
    ON chain.site_id = part.site_id AND chain.position BETWEEN part.first AND part.last
LEFT JOIN configuration_audit_records AS record
    ON record.site_id = chain.site_id AND record.id = chain.audit_id
UNION ALL
SELECT record.site_id, NULL, record.id, record.extension_id, record.action, record.changed_by,
       (SELECT username FROM users WHERE id = record.changed_by),
       to_char(record.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       record.old_config_hash, record.new_config_hash, record.reason, record.details::text,
       record.sequence, record.recorded_by, record.archived,
       reconciler_audit_text(
           record.id, record.site_id, record.extension_id, record.action, record.changed_by,
           record.changed_at, record.old_config_hash, record.new_config_hash, record.reason,
           record.details, record.sequence, record.recorded_by),
       NULL, NULL
FROM configuration_audit_records AS record
WHERE record.site_id = ANY (%(sites)b::uuid[])
  AND NOT EXISTS (
      SELECT FROM configuration_audit_chain AS chain
      WHERE chain.site_id = record.site_id AND chain.audit_id = record.id)
ORDER BY site_id, position NULLS LAST, sequence
