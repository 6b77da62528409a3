-- The product's functions, by their prefix, whoever made them.
SELECT pg_proc.oid::regprocedure::text AS name,
       jsonb_build_object(
           'owner', pg_get_userbyid(proowner),
           'definer', prosecdef,
           'settings', coalesce((SELECT jsonb_agg(setting ORDER BY setting)
                                 FROM unnest(proconfig) AS setting), '[]'),
           'restore', concat_ws(' ',
               format('ALTER FUNCTION %%s RESET ALL;', pg_proc.oid::regprocedure),
               (SELECT string_agg(
                    format('ALTER FUNCTION %%s SET %%s;', pg_proc.oid::regprocedure,
                           regexp_replace(setting, '=', ' = ')), ' ' ORDER BY setting)
                FROM unnest(proconfig) AS setting)),
           'security', CASE WHEN prosecdef THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
           'language', lanname,
           'volatility', provolatile,
           'strict', proisstrict,
           'leakproof', proleakproof,
           'returns', pg_get_function_result(pg_proc.oid),
           'aggregates', aggtransfn::regprocedure::text,
           'body', CASE WHEN prosqlbody IS NULL THEN encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')
               ELSE pg_get_function_sqlbody(pg_proc.oid) END
       ) AS facts
FROM pg_proc
JOIN pg_language ON pg_language.oid = prolang
LEFT JOIN pg_aggregate ON aggfnoid = pg_proc.oid
WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'reconciler_')
ORDER BY 1
