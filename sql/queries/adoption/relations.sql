-- What stands in the schema public under the names asked for, by kind.
SELECT relname, relkind::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%(names)b::text[])
