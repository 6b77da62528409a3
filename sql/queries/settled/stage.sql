-- The settled sites that are to be written, until the transaction ends.
CREATE TEMPORARY TABLE staged_settled_sites (
    site_id uuid, slug text, tree text, configurations integer, signed boolean,
    valid_through date, findings text, needed_signoffs text
) ON COMMIT DROP
