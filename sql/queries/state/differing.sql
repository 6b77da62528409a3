-- What is at some sites, live or last applied, and not as desired or not as it was last applied;
-- and what is desired and not there. Of each site its extensions and their hashes come as lines.
SELECT site_id, extension_id, live.version, live.config_hash, live.content_digest,
       applied.config_version, sides.same,
       CASE WHEN NOT sides.same THEN applied.version END,
       CASE WHEN NOT sides.same THEN applied.config_hash END,
       CASE WHEN NOT sides.same THEN applied.content_digest END
FROM (
    SELECT site.site_id, each.extension_id, each.config_hash
    FROM unnest(%(sites)b::uuid[], %(extensions)b::text[], %(hashes)b::text[])
         AS site (site_id, extensions, hashes)
    CROSS JOIN LATERAL unnest(string_to_array(site.extensions, E'\n'),
                              string_to_array(site.hashes, E'\n'))
         AS each (extension_id, config_hash)
) AS desired
FULL JOIN (
    SELECT site_id, extension_id, version, config_hash, content_digest
    FROM site_extension_configs
    WHERE site_id = ANY (%(sites)b::uuid[])
) AS live USING (site_id, extension_id)
FULL JOIN (
    SELECT DISTINCT ON (site_id, extension_id)
           site_id, extension_id, version, config_hash, content_digest, config_version
    FROM site_extension_config_versions
    WHERE site_id = ANY (%(sites)b::uuid[])
    ORDER BY site_id, extension_id, config_version DESC
) AS applied USING (site_id, extension_id)
CROSS JOIN LATERAL (
    SELECT coalesce(live.version = applied.version
                    AND live.config_hash = applied.config_hash
                    AND live.content_digest = applied.content_digest, FALSE)
) AS sides (same)
WHERE live.config_hash IS DISTINCT FROM desired.config_hash
   OR CASE WHEN live.config_hash IS NULL THEN applied.config_hash IS NOT NULL
           ELSE NOT sides.same END
