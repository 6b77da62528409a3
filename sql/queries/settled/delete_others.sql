-- Take out every site that is not staged, or of those only some: the others were left unread.
DELETE FROM settled_sites AS kept
WHERE NOT EXISTS (SELECT FROM staged_settled_sites AS staged WHERE staged.site_id = kept.site_id)
  AND (%(every)s OR kept.slug = ANY (%(slugs)b::text[]))
