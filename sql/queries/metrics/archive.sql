-- What an archiving moves: the older half of a site's log, found and written out, and not moved.
SELECT count(*), sum(length(to_jsonb(record)::text))
FROM configuration_audit_log AS record
WHERE record.site_id = %(site)s
  AND record.changed_at <= (
      SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY changed_at)
      FROM configuration_audit_log WHERE site_id = %(site)s
  )
