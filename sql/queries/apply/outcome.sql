-- Whether the row of a run that applied something is there, and so its transaction committed;
-- and whether the server is a standby, to which it may be on its way.
SELECT
    EXISTS (SELECT FROM reconcile_runs WHERE id = %(id)s AND status = 'applied'),
    pg_is_in_recovery()
