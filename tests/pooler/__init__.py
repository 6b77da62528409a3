"""The product through PgBouncer in transaction mode."""
