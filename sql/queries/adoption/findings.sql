-- What is to be said of rows other than configurations: those left over, and signoffs that are not
-- of what is live, or cannot be told to be.
SELECT 'left-over' AS code, found_in, site_id, coalesce(content ->> 'extension_id',
           content ->> 'extension_id_1') AS extension_id,
       content ->> 'id' AS place, reason AS message
FROM adoption_unfit
UNION ALL
SELECT CASE WHEN adopted.id IS NULL THEN 'signoff-not-live'
            WHEN judged.found_hash <> signed.config_hash THEN 'signoff-other-hash'
            ELSE 'signoff-before-update' END,
       'compliance_signoffs', signed.site_id, signed.extension_id, signed.id::text,
       CASE WHEN adopted.id IS NULL
                THEN 'the extension is not live at the site: the signature is kept'
            WHEN judged.found_hash <> signed.config_hash
                THEN 'it signs another hash than that of what is live: it is kept, and does not count'
            ELSE 'what is live was updated after it was signed, with the same hash: look whether '
                 'it is what was signed' END
FROM compliance_signoffs AS signed
LEFT JOIN site_extension_configs AS adopted
    ON adopted.site_id = signed.site_id AND adopted.extension_id = signed.extension_id
LEFT JOIN adoption_configurations AS judged
    ON judged.site_id = signed.site_id AND judged.extension_id = signed.extension_id
WHERE adopted.id IS NULL OR judged.found_hash <> signed.config_hash
   OR adopted.updated_at > signed.signed_at
UNION ALL
SELECT 'signoff-renumbered', 'compliance_signoffs', site_id, extension_id,
       'config_version ' || signed_version,
       'the number is none, or was signed for two hashes: the version is ' || config_version || ' now'
FROM adoption_versions
WHERE signed_version <> config_version
ORDER BY found_in, site_id, extension_id, place, code
