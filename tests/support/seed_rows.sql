-- Rows for MachShop's own schema: %(sites)s sites with %(extensions)s extensions each, three signoffs
-- and ten audit rows for every configuration, and something in every other table. Every value
-- follows from its numbers, so that it is the same in every run.
WITH made AS (
    SELECT site, extension,
           md5('site ' || site)::uuid AS site_id,
           'extension-' || extension AS extension_id,
           jsonb_build_object(
               'line', site, 'mode', (ARRAY['fast', 'safe'])[1 + extension %% 2],
               'limits', jsonb_build_object('high', 1.5 * extension, 'low', -extension),
               'names', jsonb_build_array('Café ' || site, 'Ωmega', ''), 'enabled', extension %% 3 = 0)
               AS configuration,
           encode(sha256(convert_to('old ' || site || ' ' || extension, 'UTF8')), 'hex') AS hash,
           timestamp '2025-01-01 08:00:00.123456' + make_interval(hours => site, mins => extension)
               AS enabled_at
    FROM generate_series(1, %(sites)s) AS site, generate_series(1, %(extensions)s) AS extension
), people AS (
    INSERT INTO users (id, username, email)
    SELECT md5('user ' || number)::uuid, 'user-' || number, 'user-' || number || '@plant.example'
    FROM generate_series(0, 9) AS number
), plants AS (
    INSERT INTO sites (id, name, status, created_at)
    SELECT md5('site ' || site)::uuid, 'Plant ' || site, 'active', '2024-12-01 00:00'
    FROM generate_series(1, %(sites)s) AS site
), configurations AS (
    INSERT INTO site_extension_configs
        (id, site_id, extension_id, version, configuration, config_hash, validated,
         validation_errors, detected_conflicts, enabled_at, updated_at)
    SELECT md5('config ' || hash)::uuid, site_id, extension_id, '1.0.' || extension %% 7,
           configuration, hash, extension %% 10 <> 0,
           CASE WHEN extension %% 10 = 0 THEN '[{"code": "old", "message": "was wrong"}]'::jsonb END,
           CASE WHEN extension %% 5 = 0 THEN ARRAY['extension-1'] END,
           enabled_at, enabled_at + interval '1 minute'
    FROM made
), signoffs AS (
    INSERT INTO compliance_signoffs
        (id, site_id, extension_id, aspect, signed_by, signed_role, signed_at, config_hash,
         config_version, notes, metadata)
    SELECT md5('signoff ' || hash || number)::uuid, site_id, extension_id,
           (ARRAY['data-transfer-validation', 'signature-validation', 'audit-review'])[number],
           md5('user ' || number)::uuid,
           (ARRAY['quality-manager', 'quality-focal', 'site-manager'])[number],
           enabled_at + make_interval(days => number), hash, 1 + (extension + number) %% 3,
           CASE WHEN number = 1 THEN 'See QMS-' || extension END,
           CASE WHEN number = 2 THEN jsonb_build_object('device', 'tablet ' || site) END
    FROM made, generate_series(1, 3) AS number
), logged AS (
    INSERT INTO configuration_audit_log
        (id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
         new_config_hash, reason, details)
    SELECT md5('audit ' || hash || number)::uuid, site_id, extension_id,
           (ARRAY['activated', 'reconfigured', 'signoff', 'deactivated'])[1 + (number - 1) %% 4],
           md5('user ' || number %% 10)::uuid, enabled_at + make_interval(secs => number * 977),
           CASE WHEN number > 1 THEN hash END, hash,
           CASE WHEN number %% 2 = 0 THEN 'Change ' || number END,
           CASE number %% 4 WHEN 0 THEN jsonb_build_object('ticket', number)
                           WHEN 1 THEN '"a note"'::jsonb WHEN 2 THEN '[1, "waivers"]'::jsonb END
    FROM made, generate_series(1, 10) AS number
), cached AS (
    INSERT INTO extension_dependency_cache
        (id, site_id, extension_id, dependency_type, dependency_id, min_version,
         resolved_version, resolved_provider, satisfied, reason, cached_at, expires_at)
    SELECT md5('cache ' || hash)::uuid, site_id, extension_id, 'extension', 'extension-1', '1.0.0',
           '1.0.1', NULL, TRUE, NULL, enabled_at, enabled_at + interval '1 day'
    FROM made WHERE extension > 1
), conflicting AS (
    INSERT INTO extension_conflicts_detected
        (id, site_id, extension_id_1, extension_id_2, conflict_type, scope, capability, resource,
         policy_1, policy_2, severity, reason, detected_at, resolved_at, resolution_notes)
    SELECT md5('conflict ' || hash)::uuid, site_id, extension_id, 'extension-1', 'policy',
           'capability', 'erp-integration', NULL, 'sap-specific', 'generic-erp', 'warning',
           'they do not go together', enabled_at,
           CASE WHEN extension %% 2 = 0 THEN enabled_at + interval '1 hour' END,
           CASE WHEN extension %% 2 = 0 THEN 'replaced' END
    FROM made WHERE extension %% 5 = 0
)
INSERT INTO configuration_snapshots
    (id, site_id, snapshot_at, configurations, signoffs, reason, created_by)
SELECT md5('snapshot ' || site_id || number)::uuid, site_id,
       timestamp '2025-06-01 12:00' + make_interval(days => number),
       jsonb_agg(jsonb_build_object('extension_id', extension_id, 'config_hash', hash)), '[]',
       CASE WHEN number = 1 THEN 'monthly' END, md5('user 1')::uuid
FROM made, generate_series(1, 2) AS number
GROUP BY site_id, number
