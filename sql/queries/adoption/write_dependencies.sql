-- The dependency cache as it was.
INSERT INTO extension_dependency_cache
    (id, site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
     resolved_provider, satisfied, reason, cached_at, expires_at)
SELECT id, site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
       resolved_provider, satisfied, reason, cached_at AT TIME ZONE %(zone)s,
       expires_at AT TIME ZONE %(zone)s
FROM reconciler_adopting.extension_dependency_cache AS found
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'extension_dependency_cache' AND unfit.place = found.ctid)
