-- The columns of what was set aside: type, whether NULL is refused, and whether row-level security
-- withholds rows of its table from this session.
SELECT relation.relname, attribute.attname,
       format_type(attribute.atttypid, attribute.atttypmod),
       attribute.attnotnull, row_security_active(relation.oid)
FROM pg_class AS relation
JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
WHERE relation.relnamespace = 'reconciler_adopting'::regnamespace AND relation.relkind = 'r'
  AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY relation.relname, attribute.attnum
