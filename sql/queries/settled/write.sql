-- Write the staged sites; one that stands there as it is is not written again.
INSERT INTO settled_sites AS kept
    (site_id, slug, tree, configurations, signed, valid_through, findings, needed_signoffs)
SELECT site_id, slug, tree, configurations, signed, valid_through, findings, needed_signoffs
FROM staged_settled_sites
ON CONFLICT (site_id) DO UPDATE
SET slug = excluded.slug, tree = excluded.tree, configurations = excluded.configurations,
    signed = excluded.signed, valid_through = excluded.valid_through,
    findings = excluded.findings, needed_signoffs = excluded.needed_signoffs
WHERE (kept.slug, kept.tree, kept.configurations, kept.signed, kept.valid_through, kept.findings,
       kept.needed_signoffs)
    IS DISTINCT FROM
      (excluded.slug, excluded.tree, excluded.configurations, excluded.signed,
       excluded.valid_through, excluded.findings, excluded.needed_signoffs)
