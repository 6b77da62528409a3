-- The ids of the settled sites but for some.
SELECT site_id, slug FROM settled_sites WHERE slug <> ALL (%(but_for)b::text[])
