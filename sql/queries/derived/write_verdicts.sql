-- Say of each live configuration what validation says of it. It changes nothing of the
-- configuration itself, so updated_at stays.
UPDATE site_extension_configs AS live
SET validated = staged.validated,
    validation_errors = staged.validation_errors,
    detected_conflicts = staged.detected_conflicts
FROM staged_verdicts AS staged
WHERE staged.live
  AND live.site_id = staged.site_id
  AND live.extension_id = staged.extension_id
  AND (live.validated, live.validation_errors, live.detected_conflicts)
      IS DISTINCT FROM
      (staged.validated, staged.validation_errors, staged.detected_conflicts)
