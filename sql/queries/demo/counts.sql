-- How much the tables hold, for showing what one apply wrote.
SELECT (SELECT count(*) FROM site_extension_configs) AS configuration,
       (SELECT count(*) FROM site_extension_config_versions) AS version,
       (SELECT count(*) FROM configuration_audit_log) AS audit_row,
       (SELECT count(*) FROM configuration_snapshots) AS snapshot,
       (SELECT count(*) FROM reconcile_runs) AS run
