-- The history: what was signed, with its content where that is what is live; then what is live,
-- or that nothing is.
INSERT INTO site_extension_config_versions
    (site_id, extension_id, config_version, version, configuration, config_hash, run_id)
WITH live AS (
    SELECT adopted.site_id, adopted.extension_id, adopted.version,
           CASE WHEN NOT judged.withheld THEN adopted.configuration END AS configuration,
           adopted.config_hash, judged.found_hash
    FROM site_extension_configs AS adopted
    JOIN adoption_configurations AS judged USING (site_id, extension_id)
), highest AS (
    SELECT site_id, extension_id, max(config_version) AS config_version
    FROM adoption_versions GROUP BY site_id, extension_id
)
SELECT signed.site_id, signed.extension_id, signed.config_version, live.version,
       live.configuration, signed.config_hash, %(run_id)s::uuid
FROM adoption_versions AS signed
LEFT JOIN live
    ON live.site_id = signed.site_id AND live.extension_id = signed.extension_id
    AND live.found_hash = signed.config_hash
UNION ALL
SELECT site_id, extension_id, coalesce(highest.config_version, 0) + 1, live.version,
       live.configuration, live.config_hash, %(run_id)s::uuid
FROM live
FULL JOIN highest USING (site_id, extension_id)
