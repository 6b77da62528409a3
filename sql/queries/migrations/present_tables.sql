-- Which of the tables asked for exist on the search path.
SELECT name FROM unnest(%(names)s::text[]) AS name WHERE to_regclass(name) IS NOT NULL
