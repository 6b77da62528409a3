-- How many rows each table had, how many of them it has now, and how many were left over.
SELECT name, had, has, (SELECT count(*) FROM adoption_unfit WHERE found_in = name)
FROM (
    SELECT 'site_extension_configs',
           (SELECT count(*) FROM reconciler_adopting.site_extension_configs),
           (SELECT count(*) FROM site_extension_configs)
    UNION ALL
    SELECT 'compliance_signoffs',
           (SELECT count(*) FROM reconciler_adopting.compliance_signoffs),
           (SELECT count(*) FROM compliance_signoffs)
    UNION ALL
    SELECT 'configuration_audit_log',
           (SELECT count(*) FROM reconciler_adopting.configuration_audit_log),
           (SELECT count(*) FROM configuration_audit_log WHERE action <> 'adopted')
    UNION ALL
    SELECT 'extension_dependency_cache',
           (SELECT count(*) FROM reconciler_adopting.extension_dependency_cache),
           (SELECT count(*) FROM extension_dependency_cache)
    UNION ALL
    SELECT 'extension_conflicts_detected',
           (SELECT count(*) FROM reconciler_adopting.extension_conflicts_detected),
           (SELECT count(*) FROM extension_conflicts_detected)
    UNION ALL
    SELECT 'configuration_snapshots',
           (SELECT count(*) FROM reconciler_adopting.configuration_snapshots),
           (SELECT count(*) FROM configuration_snapshots WHERE run_id IS NULL)
) AS counted (name, had, has)
