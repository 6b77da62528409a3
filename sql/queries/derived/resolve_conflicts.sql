-- Resolve the conflicts that are no more, and say which changes did it, or that the desired state
-- simply has them no longer.
UPDATE extension_conflicts_detected AS open
SET resolved_at = transaction_timestamp(),
    resolution_notes = 'resolved by run ' || %(run_id)s::text || ': ' || coalesce(
        gone.changes,
        'no longer found ' || %(revision)s::text)
FROM gone_conflicts AS gone
WHERE open.site_id = gone.site_id AND open.id = gone.id
