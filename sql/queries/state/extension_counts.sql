-- How many live configurations of each extension there are at the managed sites.
SELECT extension_id, count(*)
FROM site_extension_configs
WHERE site_id = ANY (%(sites)s::uuid[])
GROUP BY extension_id
