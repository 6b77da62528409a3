-- Whether row-level security shows this session every site.
SELECT NOT row_security_active('site_extension_configs')
    OR (reconciler_sees_every_site() AND nullif(current_setting('app.site_id', TRUE), '') IS NULL)
