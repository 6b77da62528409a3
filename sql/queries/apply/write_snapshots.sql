-- One snapshot a touched site: all its configurations and signoffs as they are now.
INSERT INTO configuration_snapshots
    (site_id, configurations, signoffs, reason, created_by, run_id)
SELECT touched.site_id,
       coalesce((
           SELECT jsonb_agg(to_jsonb(live) - 'id' ORDER BY live.extension_id)
           FROM site_extension_configs AS live
           WHERE live.site_id = touched.site_id
       ), '[]'),
       coalesce((
           SELECT jsonb_agg(to_jsonb(signoff) - 'id'
                            ORDER BY signoff.extension_id, signoff.aspect, signoff.signed_at,
                                     signoff.signed_by)
           FROM compliance_signoffs AS signoff
           WHERE signoff.site_id = touched.site_id
       ), '[]'),
       %(reason)s, %(created_by)s, %(run_id)s
FROM (SELECT DISTINCT site_id FROM staged_changes) AS touched
ORDER BY touched.site_id
