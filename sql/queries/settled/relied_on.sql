-- What is known of the settled sites but for some: how many they are, how much is live there, and
-- all that was found about them.
SELECT count(*),
       coalesce(sum(configurations), 0)::bigint,
       coalesce(array_agg(findings ORDER BY slug) FILTER (WHERE findings <> '[]'), '{}'),
       coalesce(
           array_agg(needed_signoffs ORDER BY slug) FILTER (WHERE needed_signoffs <> '[]'), '{}'
       )
FROM settled_sites
WHERE slug <> ALL (%(but_for)b::text[])
