-- The signoffs as they were, each under the hash that was signed.
INSERT INTO compliance_signoffs
    (id, site_id, extension_id, aspect, signed_by, signed_role, signed_at, config_hash,
     config_version, notes, metadata)
SELECT found.id, found.site_id, found.extension_id, found.aspect, found.signed_by,
       found.signed_role, found.signed_at AT TIME ZONE %(zone)s, found.config_hash,
       signed.config_version, found.notes,
       CASE WHEN signed.config_version = found.config_version THEN found.metadata
            WHEN found.metadata IS NULL OR jsonb_typeof(found.metadata) = 'object'
                THEN coalesce(found.metadata, '{}')
                     || jsonb_build_object('signedConfigVersion', found.config_version)
            ELSE jsonb_build_object('metadata', found.metadata,
                                    'signedConfigVersion', found.config_version) END
FROM reconciler_adopting.compliance_signoffs AS found
JOIN adoption_versions AS signed
    ON signed.site_id = found.site_id AND signed.extension_id = found.extension_id
    AND signed.config_hash = found.config_hash AND signed.signed_version = found.config_version
WHERE NOT EXISTS (
    SELECT FROM adoption_unfit AS unfit
    WHERE unfit.found_in = 'compliance_signoffs' AND unfit.place = found.ctid)
