-- Where the dependency resolutions are copied to.
CREATE TEMPORARY TABLE staged_dependencies (
    site_id uuid NOT NULL,
    extension_id text NOT NULL,
    dependency_type text NOT NULL,
    dependency_id text NOT NULL,
    min_version text,
    resolved_version text,
    resolved_provider text,
    satisfied boolean NOT NULL,
    reason text
) ON COMMIT DROP
