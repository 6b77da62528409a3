-- Whether the row of a run that applied something is there, and so its transaction committed.
SELECT EXISTS (SELECT FROM reconcile_runs WHERE id = %(id)s AND status = 'applied')
