-- Which of some extensions, in some versions, are live at which of some sites.
SELECT site_id, extension_id, live.version
FROM site_extension_configs AS live
JOIN unnest(%(extensions)b::text[], %(versions)b::text[]) AS wanted (extension_id, version)
    USING (extension_id, version)
WHERE site_id = ANY (%(sites)b::uuid[])
