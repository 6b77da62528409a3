-- Where the required signatures are copied to.
CREATE TEMPORARY TABLE staged_requirements (
    site_id uuid NOT NULL,
    extension_id text NOT NULL,
    aspect text NOT NULL,
    required_role text NOT NULL,
    enforced boolean NOT NULL
) ON COMMIT DROP
