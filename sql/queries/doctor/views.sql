-- Every view that reads a relation asked for, be it through other views, or through a function that
-- returns its rows: PostgreSQL 14 records the function alone.
WITH RECURSIVE reading AS (
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
    UNION
    SELECT ev_class
    FROM reading
    JOIN pg_class AS relation ON relation.oid = reading.oid
    LEFT JOIN pg_proc ON prorettype = reltype AND reltype <> 0
    JOIN pg_depend ON classid = 'pg_rewrite'::regclass
                  AND (refclassid = 'pg_class'::regclass AND refobjid = reading.oid
                       OR refclassid = 'pg_proc'::regclass AND refobjid = pg_proc.oid)
    JOIN pg_rewrite ON pg_rewrite.oid = objid
)
SELECT oid::regclass::text AS name,
       jsonb_build_object(
           'owner', pg_get_userbyid(relowner),
           'materialized', relkind = 'm',
           'populated', relispopulated,
           'barrier', coalesce(options.barrier, FALSE),
           'invoker', coalesce(options.invoker, FALSE),
           'definition', pg_get_viewdef(oid),
           'reads', (
               SELECT jsonb_agg(DISTINCT what.name)
               FROM (
                   SELECT concat_ws('.', refobjid::regclass::text, attname)
                   FROM pg_rewrite
                   JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid
                                 AND refclassid = 'pg_class'::regclass AND refobjid <> ev_class
                   LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
                                         AND refobjsubid > 0
                   WHERE ev_class = pg_class.oid
                   UNION ALL
                   SELECT concat_ws('.', relation.oid::regclass::text, theirs.attname)
                   FROM pg_rewrite
                   JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid
                                 AND refclassid = 'pg_proc'::regclass
                   JOIN pg_proc ON pg_proc.oid = refobjid
                   JOIN pg_class AS relation ON relation.reltype = prorettype
                   JOIN pg_attribute AS theirs ON theirs.attrelid = relation.oid
                   JOIN pg_attribute AS own ON own.attrelid = ev_class AND own.attnum > 0
                                           AND own.attname = theirs.attname
                   WHERE ev_class = pg_class.oid
                     AND current_setting('server_version_num')::int < 150000
               ) AS what (name))
       ) AS facts
FROM pg_class
JOIN reading USING (oid)
CROSS JOIN LATERAL (
    SELECT bool_or(option_value::boolean) FILTER (WHERE option_name = 'security_barrier'),
           bool_or(option_value::boolean) FILTER (WHERE option_name = 'security_invoker')
    FROM pg_options_to_table(reloptions)
    WHERE option_name IN ('security_barrier', 'security_invoker')
) AS options (barrier, invoker)
WHERE relkind IN ('v', 'm')
ORDER BY 1
