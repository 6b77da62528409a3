-- The conflicts that are no more, and which changes of this run touched their extensions. One
-- stays open as long as an extension of it is live otherwise than it was validated.
INSERT INTO gone_conflicts (site_id, id, changes)
SELECT open.site_id, open.id, (
           SELECT string_agg(
                      changed.extension_id
                      || CASE changed.action
                             WHEN 'activate' THEN ' activated'
                             WHEN 'reconfigure' THEN ' reconfigured'
                             ELSE ' deactivated'
                         END
                      || coalesce(' at commit ' || changed.commit_id, ' by what was not committed'),
                      ', ' ORDER BY changed.ordinal)
           FROM staged_changes AS changed
           WHERE changed.action <> 'signoff'
             AND (changed.site_id, changed.extension_id) IN (
                 (open.site_id, open.extension_id_1),
                 (coalesce(open.site_id_2, open.site_id), open.extension_id_2))
       )
FROM staged_sites AS written
JOIN extension_conflicts_detected AS open USING (site_id)
WHERE open.resolved_at IS NULL
  AND NOT EXISTS (
      SELECT FROM staged_conflicts AS staged
      WHERE staged.site_id = open.site_id
        AND staged.extension_id_1 = open.extension_id_1
        AND staged.extension_id_2 = open.extension_id_2
        AND staged.conflict_type = open.conflict_type
        AND (staged.site_id_2, staged.scope, staged.capability, staged.resource, staged.policy_1,
             staged.policy_2)
            IS NOT DISTINCT FROM
            (open.site_id_2, open.scope, open.capability, open.resource, open.policy_1,
             open.policy_2)
  )
  AND NOT EXISTS (
      SELECT FROM site_extension_configs AS live
      LEFT JOIN staged_verdicts AS validated USING (site_id, extension_id)
      WHERE live.site_id = open.site_id
        AND (live.extension_id = open.extension_id_1
             OR (open.site_id_2 IS NULL AND live.extension_id = open.extension_id_2))
        AND validated.live IS NOT TRUE
  )
