-- Which of some extensions, in some versions, are live at which settled sites, but for some.
SELECT site_id, extension_id, live.version
FROM site_extension_configs AS live
JOIN unnest(%(extensions)b::text[], %(versions)b::text[]) AS wanted (extension_id, version)
    USING (extension_id, version)
JOIN settled_sites AS kept USING (site_id)
WHERE kept.slug <> ALL (%(but_for)b::text[])
