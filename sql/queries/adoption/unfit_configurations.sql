-- Set apart the configurations of sites that are gone, and all but the newest of one extension.
INSERT INTO adoption_unfit
SELECT 'site_extension_configs', place, site_id, to_jsonb(judged) - '{place,newer,same}'::text[],
       CASE WHEN newer > 0 THEN 'the site has a newer row of the same extension'
            WHEN same > 0 THEN 'the site has another row of the same id'
            ELSE 'MachShop has no such site' END
FROM (
    SELECT ctid AS place, *,
           row_number() OVER (PARTITION BY site_id, extension_id ORDER BY updated_at DESC, id) - 1
               AS newer,
           row_number() OVER (PARTITION BY site_id, id ORDER BY updated_at DESC, ctid) - 1 AS same
    FROM reconciler_adopting.site_extension_configs
) AS judged
WHERE newer > 0 OR same > 0 OR NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
