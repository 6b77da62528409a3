-- What is asked of the audit log most often: the newest changes at a site, with who made them.
SELECT record.id, record.extension_id, record.action, record.changed_at, record.reason,
       (SELECT username FROM users WHERE id = record.changed_by) AS username, record.details
FROM configuration_audit_records AS record
WHERE record.site_id = %(site)s
ORDER BY record.sequence DESC
LIMIT 100
