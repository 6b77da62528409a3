-- Remove the signatures that live configurations asked for before and no longer ask for.
DELETE FROM compliance_requirements AS kept
USING staged_verdicts AS validated
WHERE validated.live
  AND kept.site_id = validated.site_id
  AND kept.extension_id = validated.extension_id
  AND NOT EXISTS (
      SELECT FROM staged_requirements AS staged
      WHERE staged.site_id = kept.site_id
        AND staged.extension_id = kept.extension_id
        AND staged.aspect = kept.aspect
        AND staged.required_role = kept.required_role
  )
