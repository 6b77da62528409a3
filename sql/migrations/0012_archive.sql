-- Moving old audit rows into the archive, as the owner of both: all of them or none.

CREATE FUNCTION reconciler_archive_audit(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
DECLARE
    copied bigint;
    removed bigint;
BEGIN
    INSERT INTO configuration_audit_archive
        (id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
         new_config_hash, reason, details, sequence, recorded_by)
    SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
           new_config_hash, reason, details, sequence, recorded_by
    FROM configuration_audit_log
    WHERE changed_at < before;
    GET DIAGNOSTICS copied = ROW_COUNT;
    DELETE FROM configuration_audit_log WHERE changed_at < before;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF copied <> removed THEN
        RAISE EXCEPTION '% audit rows were copied and % removed', copied, removed;
    END IF;
    RETURN copied;
END
$$;

ALTER FUNCTION reconciler_archive_audit(timestamptz) OWNER TO reconciler_owner;
REVOKE ALL ON FUNCTION reconciler_archive_audit(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reconciler_archive_audit(timestamptz) TO reconciler_service;
