-- At how many sites, but for some, each of some extensions is live.
SELECT extension_id, count(*) FROM site_extension_configs AS live
WHERE extension_id = ANY (%(extensions)b::text[])
  AND NOT EXISTS (
      SELECT FROM unnest(%(but_for)b::uuid[]) AS other (id) WHERE other.id = live.site_id
  )
GROUP BY extension_id
