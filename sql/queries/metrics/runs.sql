-- How many runs of each kind and outcome there were, when the newest was, and how long ago.
SELECT kind, status, count(*) AS runs,
       extract(epoch FROM max(recorded_at))::float8 AS newest_at,
       extract(epoch FROM now() - max(recorded_at))::float8 AS newest_age
FROM reconcile_runs
GROUP BY kind, status
ORDER BY kind, status
