-- The live rows, as they were but for the hash; of one that does not validate it is said why.
INSERT INTO site_extension_configs
    (id, site_id, extension_id, version, configuration, config_hash, validated, validation_errors,
     detected_conflicts, enabled_at, updated_at)
SELECT found.id, found.site_id, found.extension_id, found.version, found.configuration,
       judged.config_hash,
       found.validated AND judged.errors IS NULL,
       CASE WHEN judged.errors IS NULL THEN found.validation_errors
            WHEN found.validation_errors IS NULL THEN judged.errors
            ELSE found.validation_errors || judged.errors END,
       found.detected_conflicts,
       found.enabled_at AT TIME ZONE %(zone)s, found.updated_at AT TIME ZONE %(zone)s
FROM reconciler_adopting.site_extension_configs AS found
JOIN adoption_configurations AS judged USING (site_id, extension_id)
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'site_extension_configs' AND unfit.place = found.ctid)
