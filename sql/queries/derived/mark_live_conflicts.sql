-- Mark the conflicts between configurations that are live as they were validated. Of a conflict
-- with another site only this site's side is looked at: the other has its own row and its own run.
UPDATE staged_conflicts AS staged
SET live = TRUE
FROM staged_verdicts AS own, staged_verdicts AS other
WHERE own.live
  AND own.site_id = staged.site_id
  AND own.extension_id = staged.extension_id_1
  AND other.live
  AND other.site_id = staged.site_id
  AND other.extension_id = CASE
          WHEN staged.site_id_2 IS NULL THEN staged.extension_id_2
          ELSE staged.extension_id_1
      END
