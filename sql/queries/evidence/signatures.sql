-- Signatures that were recorded in a range of time, with what was signed, in the order of signing.
SELECT signoff.site_id, signoff.extension_id, signoff.aspect, signoff.meaning,
       signoff.signed_by, (SELECT username FROM users WHERE id = signoff.signed_by) AS username,
       signoff.signed_role,
       to_char(signoff.signed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS signed_at,
       signoff.config_hash, signoff.config_version, signed.version, signoff.notes,
       to_char(signoff.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           AS recorded_at,
       signoff.recorded_by, signoff.metadata ->> 'commit' AS commit,
       signoff.metadata ->> 'runId' AS run_id
FROM compliance_signoffs AS signoff
JOIN site_extension_config_versions AS signed
    USING (site_id, extension_id, config_version, config_hash)
WHERE (%(sites)b::uuid[] IS NULL OR signoff.site_id = ANY (%(sites)b::uuid[]))
  AND (%(since)s::timestamptz IS NULL OR signoff.recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR signoff.recorded_at < %(until)s)
ORDER BY signoff.signed_at, signoff.site_id, signoff.extension_id, signoff.aspect, signoff.id
