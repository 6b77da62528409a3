-- Whether something was applied since the reporting views were refreshed.
SELECT EXISTS (
    SELECT FROM reconcile_runs
    WHERE status = 'applied'
      AND recorded_at > coalesce((SELECT refreshed_at FROM reporting_refreshes), '-infinity')
)
