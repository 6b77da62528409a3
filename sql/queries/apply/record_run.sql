-- Record a run; inside its own transaction this is what marks the transaction as the reconciler's.
INSERT INTO reconcile_runs
    (id, kind, status, plan_id, commit_id, started_by, forced_reason, message, summary,
     tool_version)
VALUES
    (%(id)s, %(kind)s, %(status)s, %(plan_id)s, %(commit_id)s, %(started_by)s,
     %(forced_reason)s, %(message)s, %(summary)s, %(tool_version)s)
RETURNING transaction_id::text
