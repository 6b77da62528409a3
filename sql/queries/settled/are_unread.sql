-- Whether any of some sites is settled, and none that is excepted.
SELECT EXISTS (
    SELECT FROM settled_sites
    WHERE site_id = ANY (%(sites)b::uuid[]) AND slug <> ALL (%(but_for)b::text[])
)
