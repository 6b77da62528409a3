-- What is live of the rows asked for, as text: a value that somebody wrote by hand may be more
-- than a JSON reader takes.
SELECT site_id, extension_id, live.configuration::text
FROM unnest(%(sites)b::uuid[], %(extensions)b::text[]) AS wanted (site_id, extension_id)
JOIN site_extension_configs AS live USING (site_id, extension_id)
