-- Old audit rows may be moved to an archive. A row leaves the log only if the archive holds the
-- very same, and the archive takes only what the log holds: no row is lost, made or altered on
-- the way. The chain stays where it is and is verified across both.

CREATE TABLE configuration_audit_archive (
    LIKE configuration_audit_log INCLUDING CONSTRAINTS,
    archived_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT
);

CREATE INDEX idx_archive_site_ext
    ON configuration_audit_archive (site_id, extension_id, sequence);

CREATE FUNCTION reconciler_check_archived() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM configuration_audit_log AS logged
        WHERE logged.site_id = NEW.site_id AND logged.id = NEW.id
          AND (logged.extension_id, logged.action, logged.changed_by, logged.changed_at,
               logged.old_config_hash, logged.new_config_hash, logged.reason, logged.details,
               logged.sequence, logged.recorded_by)
              IS NOT DISTINCT FROM
              (NEW.extension_id, NEW.action, NEW.changed_by, NEW.changed_at,
               NEW.old_config_hash, NEW.new_config_hash, NEW.reason, NEW.details,
               NEW.sequence, NEW.recorded_by)
    ) THEN
        RAISE EXCEPTION 'the archive takes only rows of the audit log'
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.archived_at := transaction_timestamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION reconciler_refuse_unarchived() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM configuration_audit_archive AS archived
        WHERE archived.site_id = OLD.site_id AND archived.id = OLD.id
          AND (archived.extension_id, archived.action, archived.changed_by, archived.changed_at,
               archived.old_config_hash, archived.new_config_hash, archived.reason,
               archived.details, archived.sequence, archived.recorded_by)
              IS NOT DISTINCT FROM
              (OLD.extension_id, OLD.action, OLD.changed_by, OLD.changed_at,
               OLD.old_config_hash, OLD.new_config_hash, OLD.reason, OLD.details,
               OLD.sequence, OLD.recorded_by)
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation',
              HINT = 'Records are never altered or removed; write a new one.';
END
$$;

CREATE TRIGGER archived BEFORE INSERT ON configuration_audit_archive
    FOR EACH ROW EXECUTE FUNCTION reconciler_check_archived();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON configuration_audit_archive
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON configuration_audit_archive
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE configuration_audit_archive ENABLE ALWAYS TRIGGER archived;
ALTER TABLE configuration_audit_archive ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE configuration_audit_archive ENABLE ALWAYS TRIGGER append_only_truncate;

DROP TRIGGER append_only ON configuration_audit_log;
CREATE TRIGGER append_only BEFORE UPDATE ON configuration_audit_log
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_delete BEFORE DELETE ON configuration_audit_log
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_unarchived();
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'configuration_audit_log'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', partition);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_delete', partition);
    END LOOP;
END
$$;
ALTER TABLE ONLY configuration_audit_log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE ONLY configuration_audit_log ENABLE ALWAYS TRIGGER append_only_delete;

-- Log and archive as one, as it is verified, shown and exported.
CREATE VIEW configuration_audit_records AS
SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
       new_config_hash, reason, details, sequence, recorded_by, FALSE AS archived
FROM configuration_audit_log
UNION ALL
SELECT id, site_id, extension_id, action, changed_by, changed_at, old_config_hash,
       new_config_hash, reason, details, sequence, recorded_by, TRUE AS archived
FROM configuration_audit_archive;
