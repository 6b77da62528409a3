-- The signoffs under exactly the configurations asked for, by hash, oldest first.
SELECT wanted.site_id, wanted.extension_id, signed.aspect, signed.signed_by, people.username,
       signed.signed_role, signed.meaning, signed.signed_at, signed.config_hash, signed.notes
FROM unnest(%(sites)s::uuid[], %(extensions)s::text[], %(hashes)s::text[])
    AS wanted (site_id, extension_id, config_hash)
JOIN compliance_signoffs AS signed USING (site_id, extension_id, config_hash)
JOIN users AS people ON people.id = signed.signed_by
ORDER BY signed.signed_at, signed.aspect COLLATE "C", people.username COLLATE "C",
         signed.signed_role COLLATE "C", signed.meaning COLLATE "C"
