-- Wait for the installation's lock; it is released with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('reconciler', 0))
