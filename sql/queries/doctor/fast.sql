-- What must not be where an apply is about to write: by code, with the facts of its sentences.
SELECT CASE WHEN bool_or(other.rolsuper) THEN 'session-superuser'
       WHEN bool_or(other.rolbypassrls) THEN 'session-bypasses' ELSE 'session-owner' END AS code,
       quote_ident(mine.rolname) AS name, '{}'::jsonb AS facts
FROM pg_roles AS mine
JOIN pg_roles AS other ON pg_has_role(mine.oid, other.oid, 'MEMBER')
WHERE mine.rolname IN (session_user, current_user)
  AND (other.rolsuper OR other.rolbypassrls OR other.rolname = 'reconciler_owner')
GROUP BY mine.rolname
UNION ALL
SELECT 'session-not-service', quote_ident(current_user), '{}'
FROM pg_roles
WHERE rolname = 'reconciler_service' AND NOT pg_has_role(pg_roles.oid, 'USAGE')
  AND to_regclass('public.reconcile_runs') IS NOT NULL
UNION ALL
SELECT CASE WHEN relrowsecurity THEN 'row-security-not-forced' ELSE 'row-security-off' END,
       quote_ident(relname), '{}'
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(forced)s)
  AND NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT CASE WHEN tgenabled IS NULL THEN 'trigger-missing' WHEN tgenabled = 'D'
       THEN 'trigger-disabled' ELSE 'trigger-not-always' END,
       format('%%s on %%s', wanted.trigger, wanted.table_name),
       jsonb_build_object('trigger', wanted.trigger, 'table', wanted.table_name,
                          'definition', wanted.definition)
FROM unnest(%(tables)b::text[], %(triggers)b::text[], %(definitions)b::text[])
     AS wanted (table_name, trigger, definition)
JOIN pg_class ON relnamespace = 'public'::regnamespace AND relname = wanted.table_name
LEFT JOIN pg_trigger ON tgrelid = pg_class.oid AND tgname = wanted.trigger
WHERE tgenabled IS DISTINCT FROM 'A'::"char"
UNION ALL
SELECT 'synchronous-commit-off', 'synchronous_commit', '{}'
WHERE current_setting('synchronous_commit') = 'off'
UNION ALL
SELECT 'replica-session', 'session_replication_role',
       jsonb_build_object('value', current_setting('session_replication_role'))
WHERE current_setting('session_replication_role') <> 'origin'
