-- The migrations that were applied, as they were applied, and by whom.
SELECT format('%%s %%s', lpad(version::text, 4, '0'), name) AS name,
       jsonb_build_object('checksum', checksum, 'appliedBy', applied_by) AS facts
FROM reconciler_migrations
ORDER BY version
