-- Keep what the changed configurations ask signatures for, as the catalog has it.
INSERT INTO compliance_requirements AS kept
    (site_id, extension_id, aspect, required_role, enforced)
SELECT site_id, extension_id, aspect, required_role, enforced
FROM staged_requirements
ON CONFLICT (site_id, extension_id, aspect, required_role) DO UPDATE
SET enforced = excluded.enforced
WHERE kept.enforced <> excluded.enforced
