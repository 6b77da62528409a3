-- The run that applied a plan, if one did.
SELECT id, recorded_at FROM reconcile_runs
WHERE plan_id = %(plan_id)s AND status = 'applied'
