-- The audit rows as they were, in the order of their times; the chain links them.
INSERT INTO configuration_audit_log
    (id, site_id, extension_id, action, changed_by, changed_at, old_config_hash, new_config_hash,
     reason, details, sequence, recorded_by)
SELECT id, site_id, extension_id, action, changed_by, changed_at AT TIME ZONE %(zone)s,
       old_config_hash, new_config_hash, reason, details,
       nextval('configuration_audit_log_sequence'), session_user
FROM (
    SELECT * FROM reconciler_adopting.configuration_audit_log AS found
    WHERE NOT EXISTS (
        SELECT FROM adoption_unfit AS unfit
        WHERE unfit.found_in = 'configuration_audit_log' AND unfit.place = found.ctid)
    ORDER BY changed_at, id
) AS ordered
