-- The triggers on the relations asked for, but for those that keep foreign keys.
-- Before PostgreSQL 15 what a partition has of its parent's triggers passes for internal.
SELECT format('%%I on %%s', tgname, tgrelid::regclass) AS name,
       jsonb_build_object(
           'table', tgrelid::regclass::text,
           'trigger', quote_ident(tgname),
           'enabled', tgenabled <> 'D',
           'always', tgenabled IN ('A', 'D'),
           'function', tgfoid::regprocedure::text,
           'definition', pg_get_triggerdef(pg_trigger.oid)
       ) AS facts
FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
  AND (NOT tgisinternal OR (tgparentid <> 0 AND tgconstraint = 0))
ORDER BY 1
