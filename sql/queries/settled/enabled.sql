-- Which extensions are live at the settled sites but for some, and in which versions.
SELECT DISTINCT extension_id, live.version
FROM site_extension_configs AS live
JOIN settled_sites AS kept USING (site_id)
WHERE kept.slug <> ALL (%(but_for)b::text[])
