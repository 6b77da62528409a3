-- Copy the changes of one run to the server.
COPY staged_changes (
    ordinal, site_id, extension_id, action, version, configuration, old_config_hash,
    new_config_hash, commit_id, changed_by, reason, details, aspect, signed_by, signed_role,
    signed_at, meaning, notes, metadata
) FROM STDIN
