-- What stands around the schema: who may create in it, what shadows its tables, event triggers,
-- and replication into and out of its tables.
SELECT 'creators' AS subject,
       CASE granted.grantee WHEN 0 THEN 'PUBLIC'
       ELSE quote_ident(pg_get_userbyid(granted.grantee)) END AS name,
       jsonb_build_object('role', CASE WHEN granted.grantee <> 0
           THEN pg_get_userbyid(granted.grantee) END) AS facts
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS granted
WHERE pg_namespace.oid = 'public'::regnamespace AND granted.grantee <> nspowner
  AND granted.privilege_type = 'CREATE'
UNION ALL
-- Since PostgreSQL 15 the owner of a database owns its schema public, as pg_database_owner.
SELECT 'schemaOwners', quote_ident(owner.name), jsonb_build_object('role', owner.name)
FROM pg_namespace, pg_database,
     LATERAL (SELECT pg_get_userbyid(CASE pg_get_userbyid(nspowner) WHEN 'pg_database_owner'
              THEN datdba ELSE nspowner END)) AS owner (name)
WHERE pg_namespace.oid = 'public'::regnamespace AND datname = current_database()
UNION ALL
SELECT 'shadows', pg_class.oid::regclass::text,
       jsonb_build_object('table', relname, 'schema', quote_ident(nspname))
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname <> 'public' AND NOT starts_with(nspname, 'pg_toast')
  -- Readers read there by the names of the tables; what else stands there is a shadow.
  AND NOT (nspname = 'granted_sites' AND relkind = 'v'
           AND pg_get_userbyid(relowner) = 'reconciler_owner')
  AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname = ANY (%(relations)s)
UNION ALL
SELECT 'shadows', pg_proc.oid::regprocedure::text,
       jsonb_build_object('table', proname, 'schema', quote_ident(nspname))
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname <> 'public' AND starts_with(proname, 'reconciler_')
UNION ALL
SELECT 'operators', pg_operator.oid::regoperator::text, jsonb_build_object('owner', pg_get_userbyid(oprowner))
FROM pg_operator
WHERE oprnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_operator'::regclass
                  AND objid = pg_operator.oid AND deptype = 'e')
UNION ALL
SELECT 'leakproof', pg_proc.oid::regprocedure::text, jsonb_build_object('owner', pg_get_userbyid(proowner))
FROM pg_proc
WHERE proleakproof AND pronamespace <> 'pg_catalog'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass
                  AND objid = pg_proc.oid AND deptype = 'e')
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
