-- Remove the requirements that the catalog no longer has for the touched sites.
DELETE FROM compliance_requirements AS kept
WHERE kept.site_id IN (SELECT site_id FROM staged_changes)
  AND NOT EXISTS (
      SELECT FROM staged_requirements AS staged
      WHERE staged.site_id = kept.site_id
        AND staged.extension_id = kept.extension_id
        AND staged.aspect = kept.aspect
        AND staged.required_role = kept.required_role
  )
