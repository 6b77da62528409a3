-- How much the tables hold, for showing what one apply wrote.
SELECT (SELECT count(*) FROM site_extension_configs) AS configurations,
       (SELECT count(*) FROM site_extension_config_versions) AS versions,
       (SELECT count(*) FROM configuration_audit_log) AS audit_rows,
       (SELECT count(*) FROM configuration_snapshots) AS snapshots,
       (SELECT count(*) FROM reconcile_runs) AS runs
