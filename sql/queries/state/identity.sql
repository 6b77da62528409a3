-- Which database this is, and how far its schema has come.
SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       current_database()::text AS database,
       (SELECT max(version) FROM reconciler_migrations) AS schema_version
