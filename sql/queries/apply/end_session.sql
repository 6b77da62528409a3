-- End the server process whose client is gone, and wait for it; only while it runs that transaction.
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid = %(pid)s AND backend_start = %(since)s AND xact_start = %(began)s
