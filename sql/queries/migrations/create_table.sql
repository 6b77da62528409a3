-- Create the record of migrations, which no migration of its own can.
CREATE TABLE IF NOT EXISTS reconciler_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    applied_by name NOT NULL DEFAULT session_user
)
