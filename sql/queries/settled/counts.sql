-- At how many of some sites each of some extensions is live.
SELECT extension_id, count(*) FROM site_extension_configs
WHERE extension_id = ANY (%(extensions)b::text[]) AND site_id = ANY (%(sites)b::uuid[])
GROUP BY extension_id
