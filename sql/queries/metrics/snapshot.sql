-- What a snapshot of a site holds, put together and not kept.
SELECT (SELECT length(jsonb_agg(to_jsonb(live) ORDER BY live.extension_id)::text)
        FROM site_extension_configs AS live WHERE live.site_id = %(site)s) AS configurations,
       (SELECT length(jsonb_agg(to_jsonb(signoff) ORDER BY signoff.signed_at)::text)
        FROM compliance_signoffs AS signoff WHERE signoff.site_id = %(site)s) AS signoffs
