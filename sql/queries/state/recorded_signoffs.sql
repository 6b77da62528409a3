-- The ordinals of those signoffs asked for that are recorded already.
SELECT wanted.ordinal
FROM unnest(
    %(sites)s::uuid[], %(extensions)s::text[], %(hashes)s::text[], %(aspects)s::text[],
    %(signers)s::uuid[], %(roles)s::text[], %(instants)s::timestamptz[], %(meanings)s::text[]
) WITH ORDINALITY AS wanted
    (site_id, extension_id, config_hash, aspect, signed_by, signed_role, signed_at, meaning,
     ordinal)
JOIN compliance_signoffs AS recorded
    USING (site_id, extension_id, config_hash, aspect, signed_by, signed_role, signed_at, meaning)
