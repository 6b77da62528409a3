-- Continue the history of every changed configuration; a deactivation is a version without one.
INSERT INTO site_extension_config_versions
    (site_id, extension_id, config_version, version, configuration, config_hash, commit_id, run_id)
SELECT staged.site_id, staged.extension_id,
       1 + coalesce((
           SELECT max(history.config_version)
           FROM site_extension_config_versions AS history
           WHERE history.site_id = staged.site_id
             AND history.extension_id = staged.extension_id
       ), 0),
       staged.version, staged.configuration, staged.new_config_hash, staged.commit_id, %(run_id)s
FROM staged_changes AS staged
WHERE staged.action <> 'signoff'
