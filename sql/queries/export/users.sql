-- The users who changed or signed anything at the sites asked for, and those asked for by name.
SELECT id, username, email FROM users
WHERE username = ANY (%(usernames)b::text[])
   OR id IN (
       SELECT changed_by FROM configuration_audit_log WHERE site_id = ANY (%(sites)b::uuid[])
       UNION
       SELECT changed_by FROM configuration_audit_archive WHERE site_id = ANY (%(sites)b::uuid[])
       UNION
       SELECT signed_by FROM compliance_signoffs WHERE site_id = ANY (%(sites)b::uuid[])
   )
ORDER BY username COLLATE "C"
