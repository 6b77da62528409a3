-- The derived records of this run that the database does not show, or shows beside them, which
-- must be none.
WITH validated AS (
    SELECT site_id, extension_id, validated, validation_errors, detected_conflicts
    FROM staged_verdicts
    WHERE live
),
wanted_requirements AS (
    SELECT site_id, extension_id, aspect, required_role, enforced
    FROM staged_requirements JOIN validated USING (site_id, extension_id)
),
shown_requirements AS (
    SELECT site_id, extension_id, aspect::text, required_role::text, enforced
    FROM compliance_requirements JOIN validated USING (site_id, extension_id)
),
wanted_dependencies AS (
    SELECT site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
           resolved_provider, satisfied, reason
    FROM staged_dependencies JOIN validated USING (site_id, extension_id)
),
shown_dependencies AS (
    SELECT site_id, extension_id, dependency_type::text, dependency_id::text, min_version::text,
           resolved_version::text, resolved_provider::text, satisfied, reason
    FROM extension_dependency_cache JOIN validated USING (site_id, extension_id)
)
SELECT site_id, extension_id
FROM (
    (TABLE wanted_requirements EXCEPT TABLE shown_requirements)
    UNION ALL
    (TABLE shown_requirements EXCEPT TABLE wanted_requirements)
) AS requirement
UNION
SELECT site_id, extension_id
FROM (
    (TABLE wanted_dependencies EXCEPT TABLE shown_dependencies)
    UNION ALL
    (TABLE shown_dependencies EXCEPT TABLE wanted_dependencies)
) AS dependency
UNION
SELECT site_id, extension_id_1
FROM (
    SELECT site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, capability,
           resource, policy_1, policy_2, severity, reason
    FROM staged_conflicts
    WHERE live
    EXCEPT
    SELECT site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, capability,
           resource, policy_1, policy_2, severity, reason
    FROM extension_conflicts_detected
    WHERE resolved_at IS NULL AND site_id IN (SELECT site_id FROM staged_sites)
) AS conflict
UNION
SELECT live.site_id, live.extension_id
FROM site_extension_configs AS live
JOIN validated USING (site_id, extension_id)
WHERE (live.validated, live.validation_errors, live.detected_conflicts)
      IS DISTINCT FROM
      (validated.validated, validated.validation_errors, validated.detected_conflicts)
ORDER BY 1, 2
LIMIT 10
