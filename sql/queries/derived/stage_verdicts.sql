-- Where the verdicts on configurations are copied to. Nothing is written about one that is not
-- live as it was validated.
CREATE TEMPORARY TABLE staged_verdicts (
    site_id uuid NOT NULL,
    extension_id text NOT NULL,
    config_hash text NOT NULL,
    validated boolean NOT NULL,
    validation_errors jsonb,
    detected_conflicts text[],
    live boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (site_id, extension_id)
) ON COMMIT DROP
