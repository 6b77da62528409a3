-- Whether this session may read the records of all sites, the chain included.
SELECT has_table_privilege('configuration_audit_chain', 'SELECT')
   AND has_table_privilege('configuration_audit_log', 'SELECT')
   AND has_table_privilege('configuration_snapshots', 'SELECT')
   AND has_table_privilege('reconcile_runs', 'SELECT')
