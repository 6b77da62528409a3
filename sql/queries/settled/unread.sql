-- What is known of the settled sites but for some: how many they are, how much is live there, all
-- that was found about them, and which of the installation's sites are none of them.
SELECT count(*),
       coalesce(sum(configurations), 0)::bigint,
       coalesce(array_agg(findings ORDER BY slug) FILTER (WHERE findings <> '[]'), '{}'),
       coalesce(
           array_agg(needed_signoffs ORDER BY slug) FILTER (WHERE needed_signoffs <> '[]'), '{}'
       ),
       ARRAY (
           SELECT site.id FROM sites AS site
           WHERE NOT EXISTS (
               SELECT FROM settled_sites AS kept
               WHERE kept.site_id = site.id AND kept.slug <> ALL (%(but_for)b::text[])
           )
           ORDER BY site.id
       )
FROM settled_sites
WHERE slug <> ALL (%(but_for)b::text[])
