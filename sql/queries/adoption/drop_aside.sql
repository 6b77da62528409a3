-- All rows are where they belong.
DROP TABLE reconciler_adopting.compliance_signoffs,
    reconciler_adopting.extension_dependency_cache,
    reconciler_adopting.site_extension_configs, reconciler_adopting.configuration_audit_log,
    reconciler_adopting.extension_conflicts_detected, reconciler_adopting.configuration_snapshots;
DROP SCHEMA reconciler_adopting
