-- Sites with configurations that no folder describes, and whether the reconciler ever wrote there.
SELECT site_id, (SELECT name FROM sites WHERE id = site_id) AS name, count(*) AS configurations,
       EXISTS (
           SELECT FROM site_extension_config_versions AS history
           WHERE history.site_id = live.site_id
       ) AS formerly_managed
FROM site_extension_configs AS live
WHERE site_id <> ALL (%(sites)s::uuid[])
GROUP BY site_id
ORDER BY site_id
