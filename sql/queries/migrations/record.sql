-- Record a migration as applied.
INSERT INTO reconciler_migrations (version, name, checksum)
VALUES (%(version)s, %(name)s, %(checksum)s)
