-- The installation's sites that are not settled, or are excepted.
SELECT site.id FROM sites AS site
WHERE NOT EXISTS (
    SELECT FROM settled_sites AS kept
    WHERE kept.site_id = site.id AND kept.slug <> ALL (%(but_for)b::text[])
)
