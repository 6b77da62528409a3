-- Keep what live configurations ask signatures for, as the catalog has it.
INSERT INTO compliance_requirements AS kept
    (site_id, extension_id, aspect, required_role, enforced)
SELECT site_id, extension_id, staged.aspect, staged.required_role, staged.enforced
FROM staged_requirements AS staged
JOIN staged_verdicts AS validated USING (site_id, extension_id)
WHERE validated.live
ON CONFLICT (site_id, extension_id, aspect, required_role) DO UPDATE
SET enforced = excluded.enforced
WHERE kept.enforced <> excluded.enforced
