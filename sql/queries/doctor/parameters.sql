-- Who else than a superuser may set what switches triggers off; PostgreSQL 15 and later.
SELECT CASE granted.grantee WHEN 0 THEN 'PUBLIC'
       ELSE quote_ident(pg_get_userbyid(granted.grantee)) END AS name,
       jsonb_build_object('parameter', parname, 'privilege', string_agg(privilege_type, ', ')) AS facts
FROM pg_parameter_acl, aclexplode(paracl) AS granted
WHERE parname = 'session_replication_role'
  AND NOT EXISTS (SELECT FROM pg_roles WHERE oid = granted.grantee AND rolsuper)
GROUP BY 1, parname
ORDER BY 1
