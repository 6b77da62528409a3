-- The indexes of the relations asked for.
SELECT indexrelid::regclass::text AS name,
       jsonb_build_object(
           'table', indrelid::regclass::text,
           'unique', indisunique,
           'valid', indisvalid AND indisready AND indislive,
           'bySite', pg_get_indexdef(indexrelid, 1, TRUE) = 'site_id',
           'definition', pg_get_indexdef(indexrelid)
       ) AS facts
FROM pg_index
JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
ORDER BY 1
