-- Every site that MachShop has.
SELECT id, name FROM sites ORDER BY name, id
