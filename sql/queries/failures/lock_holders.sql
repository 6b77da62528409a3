-- The other sessions that hold back a writer of this installation, the longest at it first.
SELECT activity.pid, activity.usename, activity.application_name,
       host(activity.client_addr) AS address, activity.xact_start,
       (array_agg(DISTINCT held.relation::regclass::text ORDER BY held.relation::regclass::text)
           FILTER (WHERE held.relation IS NOT NULL)) AS tables
FROM pg_locks AS held
JOIN pg_stat_activity AS activity USING (pid)
LEFT JOIN pg_class AS locked ON locked.oid = held.relation
WHERE held.granted
  AND held.pid <> pg_backend_pid()
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (
      (held.locktype = 'advisory'
       AND (held.classid::bigint << 32) | held.objid::bigint = hashtextextended('reconciler', 0))
      OR (held.locktype = 'relation'
          AND locked.relnamespace = 'public'::regnamespace
          AND locked.relkind IN ('r', 'p')
          AND held.mode <> 'AccessShareLock')
  )
GROUP BY activity.pid, activity.usename, activity.application_name, activity.client_addr,
         activity.xact_start
ORDER BY activity.xact_start
LIMIT 3
