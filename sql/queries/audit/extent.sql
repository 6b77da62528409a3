-- How much there is to verify.
SELECT (SELECT count(*) FROM configuration_audit_records
        WHERE %(sites)b::uuid[] IS NULL OR site_id = ANY (%(sites)b::uuid[])) AS audit_rows,
       (SELECT count(*) FROM configuration_audit_chain
        WHERE %(sites)b::uuid[] IS NULL OR site_id = ANY (%(sites)b::uuid[])) AS links
