-- The signoffs under exactly the configurations asked for, by hash, be it the one that an adopted
-- configuration had before; oldest first.
SELECT wanted.site_id, wanted.extension_id, signed.aspect, signed.signed_by, people.username,
       signed.signed_role,
       CASE WHEN signed.meaning IS NULL AND signed.recorded_at IN (
                     SELECT recorded_at FROM reconcile_runs WHERE kind = 'adoption')
                THEN 'unstated'
            ELSE signed.meaning END AS meaning,
       signed.signed_at, wanted.config_hash, signed.notes
FROM unnest(%(sites)b::uuid[], %(extensions)b::text[], %(hashes)b::text[])
    AS wanted (site_id, extension_id, config_hash)
JOIN compliance_signoffs AS signed USING (site_id, extension_id)
JOIN users AS people ON people.id = signed.signed_by
WHERE wanted.config_hash IN (signed.config_hash, (
    SELECT adopted.config_hash FROM adopted_hashes AS adopted
    WHERE adopted.site_id = signed.site_id
      AND adopted.extension_id = signed.extension_id
      AND adopted.signed_hash = signed.config_hash))
ORDER BY signed.signed_at, signed.aspect COLLATE "C", people.username COLLATE "C",
         signed.signed_role COLLATE "C", meaning COLLATE "C", signed.notes COLLATE "C", signed.id
