-- The newest link of every site's chain.
WITH chosen AS (
    SELECT unnest(%(sites)b::uuid[]) AS site_id
    UNION
    SELECT site_id FROM configuration_audit_chain WHERE %(sites)b::uuid[] IS NULL
)
SELECT chosen.site_id, (SELECT name FROM sites WHERE id = chosen.site_id) AS name,
       head.position, encode(head.chain_hash, 'hex') AS hash
FROM chosen
CROSS JOIN LATERAL (
    SELECT chain.position, chain.chain_hash
    FROM configuration_audit_chain AS chain
    WHERE chain.site_id = chosen.site_id
    ORDER BY chain.position DESC
    LIMIT 1
) AS head
ORDER BY chosen.site_id
