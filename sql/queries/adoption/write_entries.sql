-- The first entry of the reconciler's own in the log of each configuration.
INSERT INTO configuration_audit_log
    (site_id, extension_id, action, changed_by, old_config_hash, new_config_hash, reason, details)
SELECT adopted.site_id, adopted.extension_id, 'adopted', reconciler_session_user_id(),
       judged.found_hash, judged.config_hash, 'taken over as it was found',
       jsonb_build_object(
           'origin', 'adopted', 'runId', %(run_id)s::text, 'newVersion', adopted.version)
       || CASE WHEN judged.withheld THEN '{"withheld": true}' ELSE '{}' END::jsonb
FROM site_extension_configs AS adopted
JOIN adoption_configurations AS judged USING (site_id, extension_id)
ORDER BY adopted.site_id, adopted.extension_id COLLATE "C"
