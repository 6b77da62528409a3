-- The migrations that were applied, oldest first.
SELECT version, name, checksum, applied_at FROM reconciler_migrations ORDER BY version
