-- Which number each signed configuration has in the history: the one that was signed, or a free
-- one where a number was signed for two hashes, or is none.
CREATE TEMPORARY TABLE adoption_versions ON COMMIT DROP AS
WITH signed AS (
    SELECT site_id, extension_id, config_version, config_hash, min(signed_at) AS first
    FROM reconciler_adopting.compliance_signoffs AS found
    WHERE NOT EXISTS (
        SELECT FROM adoption_unfit AS unfit
        WHERE unfit.found_in = 'compliance_signoffs' AND unfit.place = found.ctid)
    GROUP BY site_id, extension_id, config_version, config_hash
), judged AS (
    SELECT *,
           config_version BETWEEN 1 AND 1000000000
           AND row_number() OVER (
               PARTITION BY site_id, extension_id, config_version
               ORDER BY first, config_hash COLLATE "C") = 1 AS consistent
    FROM signed
)
SELECT site_id, extension_id, config_version AS signed_version, config_hash,
       (CASE WHEN consistent THEN config_version
             ELSE coalesce(max(config_version) FILTER (WHERE consistent) OVER own, 0)
                  + row_number() OVER (
                      PARTITION BY site_id, extension_id, consistent
                      ORDER BY first, config_version, config_hash COLLATE "C")
        END)::integer AS config_version
FROM judged
WINDOW own AS (PARTITION BY site_id, extension_id)
