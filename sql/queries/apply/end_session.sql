-- End the server process of a session whose client is gone, and wait for it; that very process.
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid = %(pid)s AND backend_start = %(since)s
