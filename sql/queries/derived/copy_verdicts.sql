-- Copy the verdicts on configurations to the server.
COPY staged_verdicts (
    site_id, extension_id, config_hash, validated, validation_errors, detected_conflicts
) FROM STDIN
