-- Take out every site that is neither staged nor among those that were relied on.
DELETE FROM settled_sites AS kept
WHERE NOT EXISTS (SELECT FROM staged_settled_sites AS staged WHERE staged.site_id = kept.site_id)
  AND NOT EXISTS (
      SELECT FROM unnest(%(relied_on)b::uuid[]) AS other (site_id) WHERE other.site_id = kept.site_id)
