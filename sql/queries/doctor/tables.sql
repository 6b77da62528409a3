-- The tables asked for, and whatever is a partition of one or inherits from one.
WITH RECURSIVE asked AS (
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname = ANY (%(relations)s)
    UNION
    SELECT child.inhrelid FROM pg_inherits AS child JOIN asked ON child.inhparent = asked.oid
)
SELECT oid::regclass::text AS name,
       jsonb_build_object(
           'owner', pg_get_userbyid(relowner),
           'partitioned', relkind = 'p',
           'foreign', relkind = 'f',
           'logged', relpersistence = 'p',
           'rowSecurity', relrowsecurity,
           'forced', relforcerowsecurity,
           'parent', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno)
                      FROM pg_inherits WHERE inhrelid = pg_class.oid),
           'bound', pg_get_expr(relpartbound, oid)
       ) AS facts
FROM pg_class JOIN asked USING (oid)
ORDER BY 1
