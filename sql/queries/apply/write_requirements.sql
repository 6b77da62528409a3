-- Keep the requirements of the touched sites' live configurations as the catalog has them.
INSERT INTO compliance_requirements AS kept
    (site_id, extension_id, aspect, required_role, enforced)
SELECT staged.site_id, staged.extension_id, staged.aspect, staged.required_role, staged.enforced
FROM staged_requirements AS staged
JOIN site_extension_configs AS live USING (site_id, extension_id)
ON CONFLICT (site_id, extension_id, aspect, required_role) DO UPDATE
SET enforced = excluded.enforced
WHERE kept.enforced <> excluded.enforced
