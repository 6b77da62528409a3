-- Set apart the signoffs of sites and people that are gone, and those of no possible time.
INSERT INTO adoption_unfit
SELECT 'compliance_signoffs', place, site_id, to_jsonb(judged) - '{place,same}'::text[],
       CASE WHEN same > 0 THEN 'the site has another row of the same id'
            WHEN NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
                THEN 'MachShop has no such site'
            WHEN NOT EXISTS (SELECT FROM users WHERE users.id = signed_by)
                THEN 'MachShop has no such user'
            ELSE 'its time is none' END
FROM (
    SELECT ctid AS place, *,
           row_number() OVER (PARTITION BY site_id, id ORDER BY signed_at, ctid) - 1 AS same
    FROM reconciler_adopting.compliance_signoffs
) AS judged
WHERE same > 0
   OR NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
   OR NOT EXISTS (SELECT FROM users WHERE users.id = signed_by)
   OR signed_at NOT BETWEEN '0001-01-03' AND '9999-12-29'
