-- What this login may read of what a check needs, and which server answers.
SELECT to_regclass('public.reconciler_migrations') IS NOT NULL AS migrated,
       coalesce(has_table_privilege(to_regclass('public.reconciler_migrations'), 'SELECT'), FALSE)
           AS migrations,
       current_setting('server_version_num')::integer AS version
