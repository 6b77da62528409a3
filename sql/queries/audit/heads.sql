-- The newest link of every site's chain.
SELECT DISTINCT ON (chain.site_id)
       chain.site_id, (SELECT name FROM sites WHERE id = chain.site_id) AS name,
       chain.position, encode(chain.chain_hash, 'hex') AS hash
FROM configuration_audit_chain AS chain
WHERE %(sites)s::uuid[] IS NULL OR chain.site_id = ANY (%(sites)s::uuid[])
ORDER BY chain.site_id, chain.position DESC
