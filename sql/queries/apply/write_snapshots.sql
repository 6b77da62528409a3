-- One snapshot a site: all its configurations and signoffs as they are now. Of a row that somebody
-- edited by hand only hash and digest are kept: nobody checked it for secrets.
INSERT INTO configuration_snapshots
    (site_id, configurations, signoffs, reason, created_by, run_id, audit_position)
SELECT touched.site_id,
       coalesce((
           SELECT jsonb_agg(
                      CASE
                          WHEN live.content_digest = applied.content_digest
                              THEN to_jsonb(live) - 'id'
                          ELSE to_jsonb(live) - 'id' - 'configuration' || '{"drifted": true}'
                      END
                      ORDER BY live.extension_id)
           FROM site_extension_configs AS live
           LEFT JOIN LATERAL (
               SELECT history.content_digest
               FROM site_extension_config_versions AS history
               WHERE history.site_id = live.site_id
                 AND history.extension_id = live.extension_id
               ORDER BY history.config_version DESC
               LIMIT 1
           ) AS applied ON TRUE
           WHERE live.site_id = touched.site_id
       ), '[]'),
       coalesce((
           SELECT jsonb_agg(to_jsonb(signoff) - 'id'
                            ORDER BY signoff.extension_id, signoff.aspect, signoff.signed_at,
                                     signoff.signed_by)
           FROM compliance_signoffs AS signoff
           WHERE signoff.site_id = touched.site_id
       ), '[]'),
       %(reason)s, %(created_by)s, %(run_id)s,
       coalesce((
           SELECT max(chain.position) FROM configuration_audit_chain AS chain
           WHERE chain.site_id = touched.site_id
       ), 0)
FROM unnest(%(sites)b::uuid[]) AS touched (site_id)
ORDER BY touched.site_id
RETURNING id
