-- Set apart the snapshots of sites and people that are gone, and those of no possible time.
INSERT INTO adoption_unfit
SELECT 'configuration_snapshots', place, site_id, to_jsonb(judged) - '{place,same}'::text[],
       CASE WHEN same > 0 THEN 'the site has another row of the same id'
            WHEN NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
                THEN 'MachShop has no such site'
            WHEN created_by IS NOT NULL
                 AND NOT EXISTS (SELECT FROM users WHERE users.id = created_by)
                THEN 'MachShop has no such user'
            ELSE 'its time is none' END
FROM (
    SELECT ctid AS place, *,
           row_number() OVER (PARTITION BY site_id, id ORDER BY snapshot_at, ctid) - 1 AS same
    FROM reconciler_adopting.configuration_snapshots
) AS judged
WHERE same > 0
   OR NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
   OR (created_by IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE users.id = created_by))
   OR snapshot_at NOT BETWEEN '0001-01-03' AND '9999-12-29'
