-- Record with which digest the sites were written; none where a configuration is not as desired.
INSERT INTO site_derived_records (site_id, digest, run_id)
SELECT written.site_id,
       CASE WHEN NOT EXISTS (
                     SELECT FROM staged_verdicts AS validated
                     WHERE validated.site_id = written.site_id AND NOT validated.live
                 )
             AND NOT EXISTS (
                     SELECT FROM site_extension_configs AS live
                     LEFT JOIN staged_verdicts AS validated USING (site_id, extension_id)
                     WHERE live.site_id = written.site_id AND validated.site_id IS NULL
                 )
            THEN written.digest
       END,
       %(run_id)s
FROM staged_sites AS written
ON CONFLICT (site_id) DO UPDATE
SET digest = excluded.digest,
    run_id = excluded.run_id,
    recorded_at = transaction_timestamp()
