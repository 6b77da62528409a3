-- What became of a run's transaction: the word of the server's commit log, unless the server has
-- never seen the transaction or has forgotten it, and whether the run's row is there.
SELECT CASE
           WHEN %(transaction)s::xid8 < pg_snapshot_xmax(pg_current_snapshot())
               THEN pg_xact_status(%(transaction)s::xid8)
       END AS status,
       EXISTS (SELECT FROM reconcile_runs WHERE id = %(id)s AND status = 'applied') AS recorded
