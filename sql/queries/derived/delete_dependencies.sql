-- Remove the dependencies that live configurations no longer have.
DELETE FROM extension_dependency_cache AS kept
USING staged_verdicts AS validated
WHERE validated.live
  AND kept.site_id = validated.site_id
  AND kept.extension_id = validated.extension_id
  AND NOT EXISTS (
      SELECT FROM staged_dependencies AS staged
      WHERE staged.site_id = kept.site_id
        AND staged.extension_id = kept.extension_id
        AND staged.dependency_type = kept.dependency_type
        AND staged.dependency_id = kept.dependency_id
  )
