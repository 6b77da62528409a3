-- Where the conflicts that a run resolves are noted, with the changes that did.
CREATE TEMPORARY TABLE gone_conflicts (
    site_id uuid NOT NULL,
    id uuid NOT NULL,
    changes text
) ON COMMIT DROP
