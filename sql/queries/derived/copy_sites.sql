-- Copy the sites whose derived records are written to the server.
COPY staged_sites (site_id, digest) FROM STDIN
