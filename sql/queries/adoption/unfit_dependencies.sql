-- Set apart the cached dependencies of what is not live, of other types, and all but the newest.
INSERT INTO adoption_unfit
SELECT 'extension_dependency_cache', place, site_id,
       to_jsonb(judged) - '{place,newer,same,live}'::text[],
       CASE WHEN NOT live THEN 'the extension is not live at the site'
            WHEN dependency_type NOT IN ('extension', 'capability')
                THEN 'there is no such type of dependency'
            WHEN newer > 0 THEN 'the cache has a newer row of the same dependency'
            ELSE 'the site has another row of the same id' END
FROM (
    SELECT ctid AS place, *,
           row_number() OVER (
               PARTITION BY site_id, extension_id, dependency_type, dependency_id
               ORDER BY cached_at DESC, id) - 1 AS newer,
           row_number() OVER (PARTITION BY site_id, id ORDER BY cached_at DESC, ctid) - 1 AS same,
           EXISTS (
               SELECT FROM site_extension_configs AS adopted
               WHERE adopted.site_id = cached.site_id
                 AND adopted.extension_id = cached.extension_id) AS live
    FROM reconciler_adopting.extension_dependency_cache AS cached
) AS judged
WHERE newer > 0 OR same > 0 OR NOT live
   OR dependency_type NOT IN ('extension', 'capability')
