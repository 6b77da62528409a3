-- Every site of the installation.
SELECT id FROM sites
