-- Settings that the guarantees hang on: as they are in this session, and as they are kept for
-- roles and databases.
SELECT name, jsonb_build_object('setting', name, 'value', setting, 'kept', FALSE) AS facts
FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'session_replication_role',
               'row_security')
UNION ALL
SELECT format('%%s for %%s', assigned.name, whom),
       jsonb_build_object(
           'setting', assigned.name, 'value', assigned.value, 'kept', TRUE, 'whom', whom,
           'reset', CASE
               WHEN rolname IS NULL AND datname IS NULL THEN 'ROLE ALL'
               WHEN rolname IS NULL THEN format('DATABASE %%I', datname)
               WHEN datname IS NULL THEN format('ROLE %%I', rolname)
               ELSE format('ROLE %%I IN DATABASE %%I', rolname, datname) END)
FROM pg_db_role_setting
LEFT JOIN pg_roles ON pg_roles.oid = setrole
LEFT JOIN pg_database ON pg_database.oid = setdatabase
CROSS JOIN LATERAL (
    SELECT split_part(kept, '=', 1), substr(kept, strpos(kept, '=') + 1)
    FROM unnest(setconfig) AS kept
) AS assigned (name, value)
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(concat_ws(' in ', 'role ' || quote_ident(rolname),
                                     'database ' || quote_ident(datname)), ''), 'all roles')
) AS assignee (whom)
WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND assigned.name IN ('synchronous_commit', 'session_replication_role', 'row_security')
ORDER BY 1
