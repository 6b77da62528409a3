-- The sites whose derived records a run writes.
CREATE TEMPORARY TABLE staged_sites (
    site_id uuid PRIMARY KEY,
    digest text NOT NULL
) ON COMMIT DROP
