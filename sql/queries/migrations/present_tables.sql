-- Which of the tables asked for exist on the search path.
SELECT name FROM unnest(%(names)b::text[]) AS name WHERE to_regclass(name) IS NOT NULL
