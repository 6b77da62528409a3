-- Copy the required signatures to the server.
COPY staged_requirements (site_id, extension_id, aspect, required_role, enforced) FROM STDIN
