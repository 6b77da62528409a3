-- The other sessions that hold back a writer of this installation, the longest at it first.
SELECT activity.pid, activity.usename, activity.application_name,
       host(activity.client_addr) AS address, activity.xact_start,
       array_agg(DISTINCT held.name ORDER BY held.name) FILTER (WHERE held.name IS NOT NULL)
FROM (
    SELECT lock.pid, coalesce(pg_partition_root(lock.relation), lock.relation)::regclass::text AS name
    FROM pg_locks AS lock
    LEFT JOIN pg_class AS locked ON locked.oid = lock.relation
    WHERE lock.granted
      AND lock.pid <> pg_backend_pid()
      AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (
          (lock.locktype = 'advisory'
           AND (lock.classid::bigint << 32) | lock.objid::bigint = hashtextextended('reconciler', 0))
          OR (lock.locktype = 'relation'
              AND locked.relnamespace = 'public'::regnamespace
              AND locked.relkind IN ('r', 'p')
              AND lock.mode <> 'AccessShareLock')
      )
) AS held
JOIN pg_stat_activity AS activity USING (pid)
GROUP BY activity.pid, activity.usename, activity.application_name, activity.client_addr,
         activity.xact_start
ORDER BY activity.xact_start
LIMIT 3
