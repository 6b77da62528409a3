-- The links at the places that an anchor names.
SELECT anchored.site_id, encode(chain.chain_hash, 'hex') AS hash
FROM unnest(%(sites)b::uuid[], %(positions)b::bigint[]) AS anchored (site_id, position)
JOIN configuration_audit_chain AS chain USING (site_id, position)
