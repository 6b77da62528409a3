-- Who holds, and who else waits for, what this run could not get.
SELECT activity.pid, activity.usename, activity.application_name,
       host(activity.client_addr) AS address, activity.xact_start
FROM pg_locks AS held
JOIN pg_stat_activity AS activity USING (pid)
WHERE held.granted
  AND held.pid <> pg_backend_pid()
  AND (
      (held.locktype = 'advisory'
       AND (held.classid::bigint << 32) | held.objid::bigint = hashtextextended('reconciler', 0)
       AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
      OR (held.relation = to_regclass('site_extension_configs')
          AND held.mode IN ('RowExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
                            'ExclusiveLock', 'AccessExclusiveLock'))
  )
ORDER BY activity.xact_start
LIMIT 1
