-- About how many rows tables hold, and how much room they take with their indexes and partitions.
SELECT wanted.name,
       sum(greatest(part.reltuples, pg_stat_get_live_tuples(part.oid), 0))::bigint AS rows,
       sum(pg_total_relation_size(part.oid))::bigint AS bytes
FROM unnest(%(tables)b::text[]) AS wanted (name)
JOIN pg_class AS part
    ON part.relkind = 'r'
    AND (part.oid = wanted.name::regclass
         OR part.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = wanted.name::regclass))
GROUP BY wanted.name
ORDER BY wanted.name
