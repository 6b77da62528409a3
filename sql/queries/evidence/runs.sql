-- Runs in a range of time as lines of JSON, oldest first. Where sites are named, only those that
-- wrote there: one that failed or was refused does not say which sites it was about.
SELECT json_build_object(
           'id', run.id, 'kind', run.kind, 'status', run.status, 'plan_id', run.plan_id,
           'commit', run.commit_id,
           'started_by', (SELECT username FROM users WHERE id = run.started_by),
           'forced_reason', run.forced_reason, 'message', run.message, 'summary', run.summary,
           'tool_version', run.tool_version,
           'recorded_at',
           to_char(run.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'recorded_by', run.recorded_by, 'transaction_id', run.transaction_id::text
       )::text
FROM reconcile_runs AS run
WHERE (%(since)s::timestamptz IS NULL OR run.recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR run.recorded_at < %(until)s)
  AND (%(sites)b::uuid[] IS NULL OR run.id IN (
      SELECT run_id FROM configuration_snapshots WHERE site_id = ANY (%(sites)b::uuid[])))
ORDER BY run.recorded_at, run.id
