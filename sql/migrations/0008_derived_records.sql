-- What an apply keeps of a site beside its configurations: dependency resolutions, conflicts,
-- required signatures, verdicts; and with which digest they were last written.

-- A range of versions is longer than a version.
ALTER TABLE extension_dependency_cache
    ALTER COLUMN min_version TYPE varchar(256),
    ALTER COLUMN resolved_version TYPE varchar(256);

-- No program wrote these two tables until now, so what stands there could be anything; the next
-- apply writes what holds.
DELETE FROM extension_dependency_cache;
UPDATE extension_conflicts_detected
SET resolved_at = transaction_timestamp(),
    resolution_notes = concat_ws('; ', resolution_notes, 'recorded before the reconciler kept this table')
WHERE resolved_at IS NULL;

ALTER TABLE extension_dependency_cache
    ADD CONSTRAINT unique_dependency
        UNIQUE (site_id, extension_id, dependency_type, dependency_id);

-- Where extension_id_2 is at another site: only a conflict of scope global can be between two
-- sites, and each of them has its own row. No foreign key: it would begin with the other site.
ALTER TABLE extension_conflicts_detected ADD COLUMN site_id_2 uuid;

-- PostgreSQL 14 takes two NULLs for different ones in a unique index.
CREATE UNIQUE INDEX unique_unresolved_conflict ON extension_conflicts_detected (
    site_id, extension_id_1, extension_id_2, conflict_type, coalesce(site_id_2, site_id),
    coalesce(scope, ''), coalesce(capability, ''), coalesce(resource, ''),
    coalesce(policy_1, ''), coalesce(policy_2, '')
) WHERE resolved_at IS NULL;

-- The digest is NULL where the last run could not write the whole: some of the site was not as
-- desired then.
CREATE TABLE site_derived_records (
    site_id uuid PRIMARY KEY,
    digest text,
    run_id uuid NOT NULL REFERENCES reconcile_runs (id) ON DELETE RESTRICT,
    recorded_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE
);
