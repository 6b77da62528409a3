-- Copy the dependency resolutions to the server.
COPY staged_dependencies (
    site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version,
    resolved_provider, satisfied, reason
) FROM STDIN
