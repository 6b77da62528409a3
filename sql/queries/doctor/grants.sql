-- Every privilege that another role than the owner has on the relations asked for, on their
-- columns, and on the product's functions.
WITH held (kind, object, whole, part, owner, acl) AS (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, oid::regclass::text,
           oid::regclass::text, NULL, relowner,
           coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
    UNION ALL
    SELECT 'COLUMN', format('%%s.%%I', attrelid::regclass, attname),
           attrelid::regclass::text, quote_ident(attname), relowner, attacl
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
      AND attacl IS NOT NULL
    UNION ALL
    SELECT 'FUNCTION', oid::regprocedure::text, oid::regprocedure::text, NULL, proowner,
           coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'reconciler_')
)
SELECT format('%%s on %%s to %%s', privilege_type, object, grantee.name) AS name,
       jsonb_build_object(
           'kind', kind,
           'object', object,
           'privilege', privilege_type,
           'grantee', grantee.name,
           'what', CASE kind
               WHEN 'TABLE' THEN format('%%s ON %%s', privilege_type, object)
               WHEN 'COLUMN' THEN format('%%s (%%s) ON %%s', privilege_type, part, whole)
               ELSE format('%%s ON %%s %%s', privilege_type, kind, object) END,
           'table', whole,
           'grantable', bool_or(is_grantable)
       ) AS facts
FROM held, aclexplode(acl) AS granted (grantor, grantee, privilege_type, is_grantable),
     LATERAL (SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC'
                     ELSE quote_ident(pg_get_userbyid(granted.grantee)) END) AS grantee (name)
WHERE granted.grantee <> owner
GROUP BY kind, object, whole, part, privilege_type, grantee.name
ORDER BY 1
