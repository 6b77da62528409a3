-- At how many sites, but for some, each of some extensions is live, counted no further than asked.
SELECT asked.extension_id, counted.number
FROM unnest(%(extensions)b::text[], %(enough)b::bigint[]) AS asked (extension_id, enough)
CROSS JOIN LATERAL (
    SELECT count(*) AS number
    FROM (
        SELECT FROM site_extension_configs AS live
        WHERE live.extension_id = asked.extension_id
          AND NOT EXISTS (
              SELECT FROM unnest(%(but_for)b::uuid[]) AS other (id) WHERE other.id = live.site_id
          )
        LIMIT asked.enough
    ) AS first
) AS counted
