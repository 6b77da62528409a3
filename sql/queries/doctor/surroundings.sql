-- What stands around the schema: who may create in it, what shadows its tables, event triggers,
-- and replication into and out of its tables.
SELECT 'creators' AS subject, 'public' AS name, jsonb_build_object('grantee', 'PUBLIC') AS facts
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS granted
WHERE pg_namespace.oid = 'public'::regnamespace AND granted.grantee = 0
  AND granted.privilege_type = 'CREATE'
UNION ALL
SELECT 'shadows', pg_class.oid::regclass::text,
       jsonb_build_object('table', relname, 'schema', quote_ident(nspname))
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname <> 'public' AND NOT starts_with(nspname, 'pg_toast')
  AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname = ANY (%(relations)s)
UNION ALL
SELECT 'eventTriggers', quote_ident(evtname),
       jsonb_build_object('event', evtevent, 'function', evtfoid::regprocedure::text)
FROM pg_event_trigger
WHERE evtenabled <> 'D'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_event_trigger'::regclass
                  AND objid = pg_event_trigger.oid AND deptype = 'e')
UNION ALL
SELECT 'subscriptions', quote_ident(subname), jsonb_build_object('enabled', subenabled)
FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srsubid = pg_subscription.oid)
       OR EXISTS (SELECT FROM pg_subscription_rel JOIN pg_class ON pg_class.oid = srrelid
                  WHERE srsubid = pg_subscription.oid AND relname = ANY (%(relations)s)
                    AND relnamespace = 'public'::regnamespace))
UNION ALL
SELECT 'publications', quote_ident(pubname), jsonb_build_object('tables', string_agg(
           quote_ident(tablename), ', ' ORDER BY tablename))
FROM pg_publication_tables
WHERE schemaname = 'public' AND tablename = ANY (%(relations)s)
GROUP BY pubname
ORDER BY 1, 2
