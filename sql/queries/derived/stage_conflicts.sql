-- Where the conflicts are copied to.
CREATE TEMPORARY TABLE staged_conflicts (
    site_id uuid NOT NULL,
    extension_id_1 text NOT NULL,
    extension_id_2 text NOT NULL,
    site_id_2 uuid,
    conflict_type text NOT NULL,
    scope text,
    capability text,
    resource text,
    policy_1 text,
    policy_2 text,
    severity text NOT NULL,
    reason text NOT NULL,
    live boolean NOT NULL DEFAULT FALSE
) ON COMMIT DROP
