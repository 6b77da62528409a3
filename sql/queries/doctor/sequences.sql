-- The sequences asked for.
SELECT oid::regclass::text AS name,
       jsonb_build_object(
           'owner', pg_get_userbyid(relowner),
           'type', format_type(seqtypid, NULL),
           'increment', seqincrement,
           'cycles', seqcycle
       ) AS facts
FROM pg_class
JOIN pg_sequence ON seqrelid = oid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
ORDER BY 1
