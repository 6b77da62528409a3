-- The installation's users by the names asked for.
SELECT username, id FROM users WHERE username = ANY (%(usernames)b::text[])
