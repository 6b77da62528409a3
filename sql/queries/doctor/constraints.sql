-- The constraints of the tables asked for, but for NOT NULL, which is a fact of the column.
-- A foreign key is kept by triggers: it does nothing where one of them is disabled.
SELECT format('%%I on %%s', conname, conrelid::regclass) AS name,
       jsonb_build_object(
           'table', conrelid::regclass::text,
           'constraint', quote_ident(conname),
           'unique', contype IN ('p', 'u', 'x'),
           'validated', convalidated,
           'enforced', coalesce((to_jsonb(pg_constraint) ->> 'conenforced')::boolean, TRUE)
               AND NOT EXISTS (
                   SELECT FROM pg_trigger
                   WHERE tgconstraint = pg_constraint.oid AND tgenabled IN ('D', 'R')
               ),
           'definition', regexp_replace(
               pg_get_constraintdef(pg_constraint.oid), '( NOT VALID| NOT ENFORCED)+$', '')
       ) AS facts
FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
  AND contype NOT IN ('n', 't')
ORDER BY 1
