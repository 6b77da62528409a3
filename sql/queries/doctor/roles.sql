-- Every role but PostgreSQL's own, what it may do anywhere, and of whom it is a member. Since
-- PostgreSQL 16 a membership may give neither the privileges nor the right to assume the role.
WITH RECURSIVE used (member, role) AS (
    SELECT member, roleid FROM pg_auth_members AS direct
    WHERE coalesce((to_jsonb(direct) ->> 'inherit_option')::boolean, TRUE)
       OR coalesce((to_jsonb(direct) ->> 'set_option')::boolean, TRUE)
    UNION
    SELECT used.member, further.roleid
    FROM used JOIN pg_auth_members AS further ON further.member = used.role
    WHERE coalesce((to_jsonb(further) ->> 'inherit_option')::boolean, TRUE)
       OR coalesce((to_jsonb(further) ->> 'set_option')::boolean, TRUE)
)
SELECT rolname AS name,
       jsonb_build_object(
           'quoted', quote_ident(rolname),
           'first', oid = 10,
           'login', rolcanlogin,
           'superuser', rolsuper,
           'bypassesRowSecurity', rolbypassrls,
           'createsRoles', rolcreaterole,
           'createsDatabases', rolcreatedb,
           'replicates', rolreplication,
           'memberOf', coalesce((SELECT jsonb_agg(pg_get_userbyid(role) ORDER BY role)
                                 FROM used WHERE member = pg_roles.oid), '[]'),
           'administers', coalesce((SELECT jsonb_agg(DISTINCT pg_get_userbyid(roleid))
                                    FROM pg_auth_members
                                    WHERE member = pg_roles.oid AND admin_option), '[]')
       ) AS facts
FROM pg_roles
WHERE NOT starts_with(rolname, 'pg_')
ORDER BY 1
