-- What no table can hold, whole.
INSERT INTO adoption_leftovers (site_id, found_in, content, reason, run_id)
SELECT site_id, found_in, content, reason, %(run_id)s FROM adoption_unfit
ORDER BY found_in, place
