-- The row-security policies on the tables asked for.
SELECT format('%%I on %%s', polname, polrelid::regclass) AS name,
       jsonb_build_object(
           'table', polrelid::regclass::text,
           'policy', quote_ident(polname),
           'permissive', polpermissive,
           'command', command,
           'roles', roles.names,
           'using', pg_get_expr(polqual, polrelid),
           'check', pg_get_expr(polwithcheck, polrelid),
           'restore', format('CREATE POLICY %%I ON %%s AS %%s FOR %%s TO %%s', polname,
                   polrelid::regclass, CASE WHEN polpermissive THEN 'PERMISSIVE'
                   ELSE 'RESTRICTIVE' END, command, roles.quoted)
               || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
               || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', '')
       ) AS facts
FROM pg_policy
JOIN pg_class ON pg_class.oid = polrelid
CROSS JOIN LATERAL (
    SELECT jsonb_agg(name ORDER BY name),
           string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(name) END, ', ' ORDER BY name)
    FROM (SELECT role, CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role) END
          FROM unnest(polroles) AS role) AS named (role, name)
) AS roles (names, quoted)
CROSS JOIN LATERAL (
    SELECT CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
           WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END
) AS given (command)
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
ORDER BY 1
