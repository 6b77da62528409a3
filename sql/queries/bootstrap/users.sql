-- Add the users that the installation does not have yet; existing ones are left alone.
INSERT INTO users (id, username, email)
SELECT id, username, email
FROM unnest(%(ids)b::uuid[], %(usernames)b::text[], %(emails)b::text[])
    AS wanted (id, username, email)
ON CONFLICT DO NOTHING
