-- Sites with configurations that no folder describes, and whether the reconciler ever wrote there:
-- of all sites, or among some.
SELECT site.id, site.name, kept.configurations,
       EXISTS (
           SELECT FROM site_extension_config_versions AS history WHERE history.site_id = site.id
       ) AS formerly_managed
FROM sites AS site
CROSS JOIN LATERAL (
    SELECT count(*) AS configurations
    FROM site_extension_configs AS live
    WHERE live.site_id = site.id
) AS kept
WHERE (%(everywhere)s OR site.id = ANY (%(among)b::uuid[]))
  AND NOT EXISTS (
          SELECT FROM unnest(%(sites)b::uuid[]) AS managed (id) WHERE managed.id = site.id
      )
  AND kept.configurations > 0
ORDER BY site.id
