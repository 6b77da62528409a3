-- Where the changes of one run are copied to, before one statement a table writes them.
CREATE TEMPORARY TABLE staged_changes (
    ordinal integer PRIMARY KEY,
    site_id uuid NOT NULL,
    extension_id text NOT NULL,
    action text NOT NULL,
    version text,
    configuration jsonb,
    old_config_hash text,
    new_config_hash text,
    commit_id text,
    changed_by uuid NOT NULL,
    reason text,
    details jsonb NOT NULL,
    aspect text,
    signed_by uuid,
    signed_role text,
    signed_at timestamptz,
    meaning text,
    notes text,
    metadata jsonb
) ON COMMIT DROP
