-- For which commit the settled sites were last written, with what that they share, and which they
-- are: their names beside those of their folders, those where something is signed, and those of
-- which by some day something else is found.
SELECT state.commit_id, state.context, state.settled_on,
       kept.slugs, kept.trees, kept.signed, kept.outdated
FROM settled_state AS state
CROSS JOIN (
    SELECT coalesce(array_agg(slug), '{}') AS slugs,
           coalesce(array_agg(tree), '{}') AS trees,
           coalesce(array_agg(slug) FILTER (WHERE signed), '{}') AS signed,
           coalesce(array_agg(slug) FILTER (WHERE valid_through < %(today)s::date), '{}')
               AS outdated
    FROM settled_sites
) AS kept
