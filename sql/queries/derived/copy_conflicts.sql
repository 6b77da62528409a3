-- Copy the conflicts to the server.
COPY staged_conflicts (
    site_id, extension_id_1, extension_id_2, site_id_2, conflict_type, scope, capability,
    resource, policy_1, policy_2, severity, reason
) FROM STDIN
