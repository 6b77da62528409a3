-- The row-security policies on the tables asked for.
SELECT format('%%I on %%s', polname, polrelid::regclass) AS name,
       jsonb_build_object(
           'table', polrelid::regclass::text,
           'policy', quote_ident(polname),
           'permissive', polpermissive,
           'command', CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
               WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END,
           'roles', (SELECT jsonb_agg(named.role ORDER BY named.role)
                     FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role) END
                           FROM unnest(polroles) AS role) AS named (role)),
           'using', pg_get_expr(polqual, polrelid),
           'check', pg_get_expr(polwithcheck, polrelid)
       ) AS facts
FROM pg_policy
JOIN pg_class ON pg_class.oid = polrelid
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
ORDER BY 1
