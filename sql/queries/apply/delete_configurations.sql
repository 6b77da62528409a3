-- Deactivate. A row that somebody deleted already is not missed.
DELETE FROM site_extension_configs AS live
USING staged_changes AS staged
WHERE staged.action = 'deactivate'
  AND live.site_id = staged.site_id
  AND live.extension_id = staged.extension_id
