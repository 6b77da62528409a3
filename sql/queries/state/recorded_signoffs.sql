-- The ordinals of those signoffs asked for that are recorded already, be it under the hash that an
-- adopted configuration had before; of an adopted one it may be that nobody wrote down its meaning.
SELECT wanted.ordinal
FROM unnest(
    %(sites)b::uuid[], %(extensions)b::text[], %(hashes)b::text[], %(aspects)b::text[],
    %(signers)b::uuid[], %(roles)b::text[], %(instants)b::timestamptz[], %(meanings)b::text[]
) WITH ORDINALITY AS wanted
    (site_id, extension_id, config_hash, aspect, signed_by, signed_role, signed_at, meaning,
     ordinal)
JOIN compliance_signoffs AS recorded
    USING (site_id, extension_id, aspect, signed_by, signed_role, signed_at)
WHERE wanted.config_hash IN (recorded.config_hash, (
          SELECT adopted.config_hash FROM adopted_hashes AS adopted
          WHERE adopted.site_id = recorded.site_id
            AND adopted.extension_id = recorded.extension_id
            AND adopted.signed_hash = recorded.config_hash))
  AND (wanted.meaning = recorded.meaning
       OR (wanted.meaning = 'unstated' AND recorded.meaning IS NULL
           AND recorded.recorded_at IN (
               SELECT recorded_at FROM reconcile_runs WHERE kind = 'adoption')))
