-- Every settled site, with what was found about it.
SELECT site_id, slug, tree, configurations, signed, valid_through, findings, needed_signoffs
FROM settled_sites
