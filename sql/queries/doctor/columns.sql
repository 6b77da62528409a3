-- The columns of the tables asked for.
SELECT format('%%s.%%I', attrelid::regclass, attname) AS name,
       jsonb_build_object(
           'table', attrelid::regclass::text,
           'type', format_type(atttypid, atttypmod),
           'required', attnotnull,
           'generated', attgenerated <> '',
           'default', pg_get_expr(adbin, adrelid)
       ) AS facts
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
  AND relname = ANY (%(relations)s) AND attnum > 0 AND NOT attisdropped
ORDER BY 1
