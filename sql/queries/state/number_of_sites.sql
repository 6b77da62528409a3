-- How many sites the installation has.
SELECT count(*) FROM sites
