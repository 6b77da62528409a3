-- Copy to the server which hash each configuration has from now on, and what is wrong with it.
COPY adoption_configurations (site_id, extension_id, found_hash, config_hash, withheld, errors)
FROM STDIN
