-- The part of each site's chain that a range of time covers, with the links at and before its
-- ends. A part has no gap: links between two of the range belong to it whatever their time.
WITH dated AS (
    SELECT chain.site_id,
           CASE WHEN %(since)s::timestamptz IS NULL THEN 1 ELSE min(chain.position) END AS first,
           max(chain.position) AS last
    FROM configuration_audit_chain AS chain
    LEFT JOIN configuration_audit_records AS record
        ON record.site_id = chain.site_id AND record.id = chain.audit_id
    WHERE (%(sites)b::uuid[] IS NULL OR chain.site_id = ANY (%(sites)b::uuid[]))
      -- A link whose row is gone has no time: only a whole chain is sure to hold it.
      AND (%(since)s::timestamptz IS NULL OR record.changed_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR record.changed_at < %(until)s)
    GROUP BY chain.site_id
)
SELECT site.id, site.name, dated.first, dated.last, encode(before.chain_hash, 'hex') AS before,
       encode(head.chain_hash, 'hex') AS head
FROM sites AS site
LEFT JOIN dated ON dated.site_id = site.id
LEFT JOIN configuration_audit_chain AS before
    ON before.site_id = site.id AND before.position = dated.first - 1
LEFT JOIN configuration_audit_chain AS head
    ON head.site_id = site.id AND head.position = dated.last
WHERE %(sites)b::uuid[] IS NULL OR site.id = ANY (%(sites)b::uuid[])
ORDER BY site.id
