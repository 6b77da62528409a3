-- What is noted of every settled site, or of some.
SELECT site_id, slug, tree, configurations, signed, valid_through, findings, needed_signoffs
FROM settled_sites
WHERE %(every)s OR slug = ANY (%(slugs)b::text[])
