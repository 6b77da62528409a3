-- How much there is to verify.
SELECT (SELECT count(*) FROM configuration_audit_records
        WHERE %(sites)s::uuid[] IS NULL OR site_id = ANY (%(sites)s::uuid[])) AS audit_rows,
       (SELECT count(*) FROM configuration_audit_chain
        WHERE %(sites)s::uuid[] IS NULL OR site_id = ANY (%(sites)s::uuid[])) AS links
