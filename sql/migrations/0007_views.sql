-- Reporting views, refreshed after each apply. A unique index each, so that they can be
-- refreshed concurrently.

CREATE MATERIALIZED VIEW v_site_config_status AS
SELECT
    s.id AS site_id,
    s.name AS site_name,
    count(sec.extension_id) AS total_extensions,
    count(sec.extension_id) FILTER (WHERE sec.validated) AS valid_configs,
    count(sec.extension_id) FILTER (WHERE NOT sec.validated) AS invalid_configs,
    count(sec.extension_id) FILTER (WHERE cardinality(sec.detected_conflicts) > 0)
        AS conflicting_configs,
    max(sec.updated_at) AS last_updated,
    count(sec.extension_id) FILTER (WHERE NOT sec.validated) > 0 AS needs_attention
FROM sites AS s
LEFT JOIN site_extension_configs AS sec ON sec.site_id = s.id
GROUP BY s.id, s.name;

CREATE UNIQUE INDEX idx_v_site_config_site_id ON v_site_config_status (site_id);

-- Aspects come from the requirements kept from the catalog; signed means that the live hash is.
CREATE MATERIALIZED VIEW v_unsigned_compliance AS
SELECT
    required.site_id,
    required.extension_id,
    array_agg(DISTINCT required.aspect) AS unsigned_aspects,
    count(DISTINCT required.aspect) AS aspect_count
FROM compliance_requirements AS required
JOIN site_extension_configs AS live
    ON live.site_id = required.site_id AND live.extension_id = required.extension_id
WHERE NOT EXISTS (
    SELECT FROM compliance_signoffs AS signed
    WHERE signed.site_id = required.site_id
      AND signed.extension_id = required.extension_id
      AND signed.aspect = required.aspect
      AND signed.signed_role = required.required_role
      AND signed.config_hash = live.config_hash
)
GROUP BY required.site_id, required.extension_id;

CREATE UNIQUE INDEX idx_v_unsigned_site_ext ON v_unsigned_compliance (site_id, extension_id);
