-- With which digest the derived records of the sites were last written, and by which run.
SELECT site_id, digest, run_id FROM site_derived_records WHERE site_id = ANY (%(sites)b::uuid[])
