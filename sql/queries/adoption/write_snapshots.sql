-- The snapshots as they were.
INSERT INTO configuration_snapshots
    (id, site_id, snapshot_at, configurations, signoffs, reason, created_by)
SELECT id, site_id, snapshot_at AT TIME ZONE %(zone)s, configurations, signoffs, reason, created_by
FROM reconciler_adopting.configuration_snapshots AS found
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'configuration_snapshots' AND unfit.place = found.ctid)
