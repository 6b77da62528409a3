-- A site with rows in every table, in one transaction that passes for the reconciler's.

INSERT INTO sites VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-name', 'unseen-status', now());

INSERT INTO users VALUES ('a0e5ee00-0000-4000-8000-00000000000b', 'unseen-user', 'unseen-email');

INSERT INTO reconcile_runs (id, kind, status, plan_id, commit_id, started_by, forced_reason, message, summary, tool_version) VALUES ('d0e5ee00-0000-4000-8000-00000000000b', 'apply', 'applied', 'unseen-plan', 'unseen-commit', 'a0e5ee00-0000-4000-8000-00000000000b', 'unseen-force', 'unseen-message', '{"unseen-summary": 1}', 'unseen-tool');

INSERT INTO site_access (site_id, grantee) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen_login');

INSERT INTO site_extension_configs (site_id, extension_id, version, configuration, config_hash, validated, validation_errors, detected_conflicts) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'unseen-version', '{"unseen-key": "unseen-value", "size": 0}', 'sha256:unseen-hash', FALSE, '[{"unseen-error": 1}]', '{unseen-other}');

INSERT INTO site_extension_config_versions (site_id, extension_id, config_version, version, configuration, config_hash, commit_id, run_id) SELECT site_id, extension_id, 1, version, configuration, config_hash, 'unseen-commit', 'd0e5ee00-0000-4000-8000-00000000000b' FROM site_extension_configs WHERE site_id = '0e5ee000-0000-4000-8000-00000000000b';

INSERT INTO compliance_requirements VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'unseen-aspect', 'unseen-role', TRUE), ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'unseen-unsigned', 'unseen-role', TRUE);

INSERT INTO compliance_signoffs (site_id, extension_id, aspect, signed_by, signed_role, meaning, config_hash, config_version, notes, metadata) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'unseen-aspect', 'a0e5ee00-0000-4000-8000-00000000000b', 'unseen-role', 'unseen-meaning', 'sha256:unseen-hash', 1, 'unseen-notes', '{"unseen-metadata": 1}');

INSERT INTO configuration_audit_log (site_id, extension_id, action, changed_by, old_config_hash, new_config_hash, reason, details) SELECT '0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'activated', 'a0e5ee00-0000-4000-8000-00000000000b', 'unseen-old', 'sha256:unseen-hash', 'unseen-reason', jsonb_build_object('unseen-detail', n) FROM generate_series(1, 2) AS n;

INSERT INTO configuration_audit_archive SELECT * FROM configuration_audit_log WHERE site_id = '0e5ee000-0000-4000-8000-00000000000b' AND details ->> 'unseen-detail' = '1';

DELETE FROM configuration_audit_log WHERE site_id = '0e5ee000-0000-4000-8000-00000000000b' AND details ->> 'unseen-detail' = '1';

INSERT INTO extension_dependency_cache (site_id, extension_id, dependency_type, dependency_id, min_version, resolved_version, resolved_provider, satisfied, reason) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'extension', 'unseen-dependency', 'unseen-minimum', 'unseen-resolved', 'unseen-provider', TRUE, 'unseen-reason');

INSERT INTO extension_conflicts_detected (site_id, extension_id_1, extension_id_2, conflict_type, capability, resource, policy_1, policy_2, reason, resolution_notes) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-extension', 'unseen-other', 'explicit', 'unseen-capability', 'unseen-resource', 'unseen-policy', 'unseen-policy-2', 'unseen-reason', 'unseen-resolution');

INSERT INTO configuration_snapshots (site_id, configurations, signoffs, reason, created_by, run_id) VALUES ('0e5ee000-0000-4000-8000-00000000000b', '[{"unseen-configuration": 1}]', '[{"unseen-signoff": 1}]', 'unseen-reason', 'a0e5ee00-0000-4000-8000-00000000000b', 'd0e5ee00-0000-4000-8000-00000000000b');

INSERT INTO site_derived_records (site_id, digest, run_id) VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-digest', 'd0e5ee00-0000-4000-8000-00000000000b');

INSERT INTO settled_sites VALUES ('0e5ee000-0000-4000-8000-00000000000b', 'unseen-slug', 'unseen-tree', 1, TRUE, NULL, '["unseen-finding"]', '["unseen-needed"]');

INSERT INTO settled_state (commit_id, context, settled_on) VALUES ('unseen-commit', 'unseen-context', '2026-11-20') ON CONFLICT DO NOTHING;

SELECT reconciler_refresh_views();
