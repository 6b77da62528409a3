-- One audit row a change, in the order of the plan.
INSERT INTO configuration_audit_log
    (site_id, extension_id, action, changed_by, old_config_hash, new_config_hash, reason, details)
SELECT site_id, extension_id,
       CASE action
           WHEN 'activate' THEN 'activated'
           WHEN 'reconfigure' THEN 'reconfigured'
           WHEN 'deactivate' THEN 'deactivated'
           ELSE action
       END,
       changed_by, old_config_hash, new_config_hash, reason, details
FROM staged_changes
ORDER BY ordinal
