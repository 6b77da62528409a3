-- Set apart the audit rows that the log cannot hold.
INSERT INTO adoption_unfit
SELECT 'configuration_audit_log', place, site_id, to_jsonb(judged) - '{place,same}'::text[],
       CASE WHEN same > 0 THEN 'the site has another row of the same id'
            WHEN NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
                THEN 'MachShop has no such site'
            WHEN NOT EXISTS (SELECT FROM users WHERE users.id = changed_by)
                THEN 'MachShop has no such user'
            WHEN action NOT IN ('activated', 'deactivated', 'reconfigured', 'signoff')
                THEN 'there is no such action'
            ELSE 'its time is none' END
FROM (
    SELECT ctid AS place, *,
           row_number() OVER (PARTITION BY site_id, id ORDER BY changed_at, ctid) - 1 AS same
    FROM reconciler_adopting.configuration_audit_log
) AS judged
WHERE same > 0
   OR NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
   OR NOT EXISTS (SELECT FROM users WHERE users.id = changed_by)
   OR action NOT IN ('activated', 'deactivated', 'reconfigured', 'signoff')
   OR changed_at NOT BETWEEN '0001-01-03' AND '9999-12-29'
