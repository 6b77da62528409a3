-- Add the sites that the installation does not have yet; existing ones are left alone.
INSERT INTO sites (id, name, status, created_at)
SELECT id, name, 'active', transaction_timestamp()
FROM unnest(%(ids)b::uuid[], %(names)b::text[]) AS wanted (id, name)
ON CONFLICT (id) DO NOTHING
