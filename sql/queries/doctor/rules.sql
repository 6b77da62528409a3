-- Rewrite rules on the relations asked for, beside those that make a view.
SELECT format('%%I on %%s', rulename, ev_class::regclass) AS name,
       jsonb_build_object('table', ev_class::regclass::text, 'rule', quote_ident(rulename)) AS facts
FROM pg_rewrite
JOIN pg_class ON pg_class.oid = ev_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(relations)s)
  AND rulename <> '_RETURN'
ORDER BY 1
