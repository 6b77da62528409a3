-- What stands at the sites that the reconciler wrote at: for each, or for all together. Rows are
-- compared at the sites that do not roll up to what was applied there, as drift is told.
WITH drift AS (
    SELECT site_id, count(*) AS configurations
    FROM (
        SELECT DISTINCT ON (site_id, extension_id)
               site_id, extension_id, version, config_hash, content_digest
        FROM site_extension_config_versions
        WHERE site_id = ANY (%(drifted)b::uuid[])
        ORDER BY site_id, extension_id, config_version DESC
    ) AS applied
    FULL JOIN (
        SELECT site_id, extension_id, version, config_hash, content_digest
        FROM site_extension_configs
        WHERE site_id = ANY (%(drifted)b::uuid[])
    ) AS live USING (site_id, extension_id)
    WHERE (live.version, live.config_hash, live.content_digest)
          IS DISTINCT FROM (applied.version, applied.config_hash, applied.content_digest)
    GROUP BY site_id
), conflicts AS (
    SELECT site_id, count(*) FILTER (WHERE severity = 'error') AS errors,
           count(*) FILTER (WHERE severity = 'warning') AS warnings
    FROM extension_conflicts_detected
    WHERE resolved_at IS NULL
    GROUP BY site_id
), unsigned AS (
    SELECT required.site_id, count(*) FILTER (WHERE required.enforced) AS enforced,
           count(*) FILTER (WHERE NOT required.enforced) AS recommended
    FROM compliance_requirements AS required
    JOIN site_extension_configs AS live USING (site_id, extension_id)
    WHERE NOT EXISTS (
        SELECT FROM compliance_signoffs AS signed
        WHERE signed.site_id = required.site_id
          AND signed.extension_id = required.extension_id
          AND signed.aspect = required.aspect
          AND signed.signed_role = required.required_role
          AND live.config_hash IN (signed.config_hash, (
              SELECT adopted.config_hash FROM adopted_hashes AS adopted
              WHERE adopted.site_id = signed.site_id
                AND adopted.extension_id = signed.extension_id
                AND adopted.signed_hash = signed.config_hash))
    )
    GROUP BY required.site_id
)
SELECT CASE WHEN %(per_site)s THEN site.id END AS site_id,
       CASE WHEN %(per_site)s THEN site.name END AS name,
       coalesce(sum(drift.configurations), 0)::bigint AS drifted,
       coalesce(sum(conflicts.errors), 0)::bigint AS conflict_errors,
       coalesce(sum(conflicts.warnings), 0)::bigint AS conflict_warnings,
       coalesce(sum(unsigned.enforced), 0)::bigint AS unsigned_enforced,
       coalesce(sum(unsigned.recommended), 0)::bigint AS unsigned_recommended,
       coalesce(sum(head.position), 0)::bigint AS links,
       extract(epoch FROM now() - max(newest.changed_at))::float8 AS head_age,
       extract(epoch FROM now() - min(oldest.changed_at))::float8 AS oldest_age,
       (array_agg(site.id ORDER BY head.position DESC NULLS LAST, site.id))[1] AS busiest
FROM sites AS site
LEFT JOIN drift ON drift.site_id = site.id
LEFT JOIN conflicts ON conflicts.site_id = site.id
LEFT JOIN unsigned ON unsigned.site_id = site.id
LEFT JOIN LATERAL (
    SELECT chain.position, chain.audit_id
    FROM configuration_audit_chain AS chain
    WHERE chain.site_id = site.id
    ORDER BY chain.position DESC
    LIMIT 1
) AS head ON TRUE
LEFT JOIN LATERAL (
    SELECT changed_at FROM configuration_audit_log AS logged
    WHERE logged.site_id = site.id AND logged.id = head.audit_id
    UNION ALL
    SELECT changed_at FROM configuration_audit_archive AS archived
    WHERE archived.site_id = site.id AND archived.id = head.audit_id
    LIMIT 1
) AS newest ON TRUE
LEFT JOIN LATERAL (
    SELECT changed_at FROM configuration_audit_log AS logged
    WHERE logged.site_id = site.id
    ORDER BY changed_at
    LIMIT 1
) AS oldest ON TRUE
WHERE EXISTS (
    SELECT FROM site_extension_config_versions AS history WHERE history.site_id = site.id
)
GROUP BY 1, 2
ORDER BY links DESC, 1
