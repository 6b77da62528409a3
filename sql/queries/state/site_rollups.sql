-- A site in one line: how much is live there, a roll-up that the desired state can be held
-- against, and whether anything is live otherwise than the history has it as last applied. Each
-- text goes with its length, so that no value can look like two.
WITH live AS (
    SELECT site_id, count(*) AS configurations,
           encode(sha256(convert_to(string_agg(entry, '' ORDER BY ordered), 'UTF8')), 'hex')
               AS rollup,
           sha256(convert_to(string_agg(entry || content_digest, '' ORDER BY ordered), 'UTF8'))
               AS content
    FROM (
        SELECT site_id, extension_id COLLATE "C" AS ordered, content_digest,
               length(extension_id) || ' ' || length(version) || ' ' || length(config_hash) || ' '
                   || extension_id || version || config_hash AS entry
        FROM site_extension_configs
        WHERE site_id = ANY (%(sites)s::uuid[])
    ) AS entries
    GROUP BY site_id
), applied AS (
    SELECT site_id,
           sha256(convert_to(string_agg(
               length(ordered) || ' ' || length(version) || ' ' || length(config_hash) || ' '
                   || ordered || version || config_hash || content_digest,
               '' ORDER BY ordered), 'UTF8')) AS content
    FROM (
        SELECT DISTINCT ON (site_id, extension_id COLLATE "C")
               site_id, extension_id COLLATE "C" AS ordered, version, config_hash, content_digest
        FROM site_extension_config_versions
        WHERE site_id = ANY (%(sites)s::uuid[])
        ORDER BY site_id, extension_id COLLATE "C", config_version DESC
    ) AS newest
    WHERE config_hash IS NOT NULL
    GROUP BY site_id
)
SELECT site_id, coalesce(live.configurations, 0), live.rollup,
       live.content IS DISTINCT FROM applied.content AS drifted
FROM live FULL JOIN applied USING (site_id)
