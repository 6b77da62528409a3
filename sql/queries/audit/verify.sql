-- Every place where audit rows and chain do not fit, oldest first at each site: a row that is not
-- as it was linked, a link whose row is gone, a row that was never linked, a link that does not
-- follow from the one before.
WITH recorded AS (
    SELECT site_id, id, sequence,
           reconciler_text_hash(reconciler_audit_text(
               id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
               new_config_hash, reason, details, sequence, recorded_by)) AS row_hash
    FROM configuration_audit_records
    WHERE %(sites)b::uuid[] IS NULL OR site_id = ANY (%(sites)b::uuid[])
), linked AS (
    SELECT site_id, position, audit_id, row_hash, chain_hash,
           lag(position, 1, 0::bigint) OVER links AS before_position,
           lag(chain_hash) OVER links AS before_hash
    FROM configuration_audit_chain
    WHERE %(sites)b::uuid[] IS NULL OR site_id = ANY (%(sites)b::uuid[])
    WINDOW links AS (PARTITION BY site_id ORDER BY position)
), judged AS (
    SELECT coalesce(linked.site_id, recorded.site_id) AS site_id, linked.position,
           coalesce(linked.audit_id, recorded.id) AS audit_id, recorded.sequence,
           CASE
               WHEN linked.position IS NULL THEN 'inserted'
               WHEN linked.position <> linked.before_position + 1 THEN 'links-missing'
               WHEN linked.chain_hash <> reconciler_link(linked.before_hash, NULL, linked.row_hash)
                   THEN 'link-altered'
               WHEN recorded.id IS NULL THEN 'removed'
               WHEN recorded.row_hash <> linked.row_hash THEN 'altered'
           END AS problem
    FROM linked
    FULL JOIN recorded ON recorded.site_id = linked.site_id AND recorded.id = linked.audit_id
)
SELECT site_id, position, audit_id, sequence, problem
FROM judged
WHERE problem IS NOT NULL
ORDER BY site_id, position NULLS LAST, sequence
LIMIT %(most)s
