-- SECURITY DEFINER functions that are neither PostgreSQL's nor an extension's nor the product's.
SELECT pg_proc.oid::regprocedure::text AS name,
       jsonb_build_object(
           'owner', pg_get_userbyid(proowner),
           'pinned', EXISTS (SELECT FROM unnest(proconfig) AS setting
                             WHERE starts_with(setting, 'search_path=')),
           'open', EXISTS (
               SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS granted
               WHERE granted.grantee <> proowner)
       ) AS facts
FROM pg_proc
WHERE prosecdef
  AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  AND NOT (pronamespace = 'public'::regnamespace AND starts_with(proname, 'reconciler_'))
  AND NOT EXISTS (SELECT FROM pg_depend
                  WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
ORDER BY 1
