-- The configurations that are adopted, as text: a value may be more than a JSON reader takes.
SELECT site_id, extension_id, version, config_hash, configuration::text
FROM reconciler_adopting.site_extension_configs AS found
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'site_extension_configs' AND unfit.place = found.ctid)
ORDER BY site_id, extension_id COLLATE "C"
