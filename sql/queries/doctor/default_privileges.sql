-- Privileges that new objects in the schema would be made with.
SELECT format('%%s of new objects of %%s to %%s', privilege_type, quote_ident(maker.rolname),
              CASE granted.grantee WHEN 0 THEN 'PUBLIC'
              ELSE quote_ident(pg_get_userbyid(granted.grantee)) END) AS name,
       jsonb_build_object(
           'maker', maker.rolname,
           'makerQuoted', quote_ident(maker.rolname),
           'privilege', privilege_type,
           'grantee', CASE granted.grantee WHEN 0 THEN 'PUBLIC'
               ELSE quote_ident(pg_get_userbyid(granted.grantee)) END,
           'inSchema', CASE defaclnamespace WHEN 0 THEN '' ELSE 'IN SCHEMA public ' END,
           'objects', CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
               WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END
       ) AS facts
FROM pg_default_acl
JOIN pg_roles AS maker ON maker.oid = defaclrole
CROSS JOIN LATERAL aclexplode(defaclacl) AS granted
WHERE defaclnamespace IN (0, 'public'::regnamespace) AND defaclobjtype IN ('r', 'S', 'f')
  AND granted.grantee <> defaclrole
  AND NOT (defaclobjtype = 'f' AND defaclnamespace = 0 AND granted.grantee = 0)
ORDER BY 1
