-- Set apart the conflicts of sites that are gone and of other types, and what is listed twice.
INSERT INTO adoption_unfit
SELECT 'extension_conflicts_detected', place, site_id,
       to_jsonb(judged) - '{place,newer,same}'::text[],
       CASE WHEN NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
                THEN 'MachShop has no such site'
            WHEN conflict_type NOT IN ('explicit', 'policy', 'dependency')
                THEN 'there is no such type of conflict'
            WHEN scope NOT IN ('global', 'capability', 'resource') THEN 'there is no such scope'
            WHEN severity NOT IN ('error', 'warning') THEN 'there is no such severity'
            WHEN same > 0 THEN 'the site has another row of the same id'
            ELSE 'the same conflict is listed by a newer row' END
FROM (
    SELECT ctid AS place, *,
           CASE WHEN resolved_at IS NULL THEN row_number() OVER (
               PARTITION BY site_id, extension_id_1, extension_id_2, conflict_type,
                   coalesce(scope, ''), coalesce(capability, ''), coalesce(resource, ''),
                   coalesce(policy_1, ''), coalesce(policy_2, ''), resolved_at IS NULL
               ORDER BY detected_at DESC, id) - 1 ELSE 0 END AS newer,
           row_number() OVER (PARTITION BY site_id, id ORDER BY detected_at DESC, ctid) - 1 AS same
    FROM reconciler_adopting.extension_conflicts_detected
) AS judged
WHERE newer > 0 OR same > 0
   OR NOT EXISTS (SELECT FROM sites WHERE sites.id = site_id)
   OR conflict_type NOT IN ('explicit', 'policy', 'dependency')
   OR scope NOT IN ('global', 'capability', 'resource')
   OR severity NOT IN ('error', 'warning')
