-- Which of the sites asked for the installation has.
SELECT id FROM sites WHERE id = ANY (%(ids)b::uuid[])
