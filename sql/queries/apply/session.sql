-- Which server process works for this transaction, since when it runs, and when the transaction began.
SELECT pid, backend_start, xact_start FROM pg_stat_activity WHERE pid = pg_backend_pid()
