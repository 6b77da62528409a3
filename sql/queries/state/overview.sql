-- Every configuration at the managed sites, live and last applied, by hash and digest; one
-- that was deactivated has its last version's number and no more. Where both sides are the same,
-- which is nearly everywhere, the second is left out.
SELECT site_id, extension_id, live.version, live.config_hash, live.content_digest,
       applied.config_version, sides.same,
       CASE WHEN NOT sides.same THEN applied.version END,
       CASE WHEN NOT sides.same THEN applied.config_hash END,
       CASE WHEN NOT sides.same THEN applied.content_digest END
FROM (
    SELECT site_id, extension_id, version, config_hash, content_digest
    FROM site_extension_configs
    WHERE site_id = ANY (%(sites)b::uuid[])
) AS live
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
