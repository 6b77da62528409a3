-- Whether a run's transaction was committed: its row says so.
SELECT id FROM reconcile_runs WHERE id = %(id)s
