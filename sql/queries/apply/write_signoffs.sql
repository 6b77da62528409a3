-- Record signoffs against the newest version that has the hash they sign.
INSERT INTO compliance_signoffs
    (site_id, extension_id, aspect, signed_by, signed_role, signed_at, meaning, config_hash,
     config_version, notes, metadata)
SELECT staged.site_id, staged.extension_id, staged.aspect, staged.signed_by,
       staged.signed_role, staged.signed_at, staged.meaning, staged.new_config_hash, signed.config_version,
       staged.notes, staged.metadata
FROM staged_changes AS staged
CROSS JOIN LATERAL (
    SELECT history.config_version
    FROM site_extension_config_versions AS history
    WHERE history.site_id = staged.site_id
      AND history.extension_id = staged.extension_id
      AND history.config_hash = staged.new_config_hash
    ORDER BY history.config_version DESC
    LIMIT 1
) AS signed
WHERE staged.action = 'signoff'
