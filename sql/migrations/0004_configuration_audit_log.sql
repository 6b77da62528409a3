-- The audit log: append-only for everyone, partitioned by site.

CREATE SEQUENCE configuration_audit_log_sequence AS bigint;

CREATE TABLE configuration_audit_log (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    site_id uuid NOT NULL,
    extension_id varchar(64) NOT NULL,
    action varchar(32) NOT NULL,
    -- The MachShop user a change is attributed to. An edit made outside the reconciler has
    -- none that could be known: recorded_by says which database role made it.
    changed_by uuid,
    changed_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    old_config_hash varchar(256),
    new_config_hash varchar(256),
    reason text,
    details jsonb,
    sequence bigint NOT NULL DEFAULT nextval('configuration_audit_log_sequence'),
    recorded_by name NOT NULL DEFAULT session_user,
    PRIMARY KEY (site_id, id),
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT,
    CONSTRAINT fk_user FOREIGN KEY (changed_by) REFERENCES users (id) ON DELETE RESTRICT,
    CONSTRAINT valid_action
        CHECK (action IN ('activated', 'deactivated', 'reconfigured', 'signoff')),
    CONSTRAINT attributed
        CHECK (changed_by IS NOT NULL OR details ->> 'origin' = 'out-of-band')
) PARTITION BY HASH (site_id);

ALTER SEQUENCE configuration_audit_log_sequence OWNED BY configuration_audit_log.sequence;

DO $$
BEGIN
    FOR remainder IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE configuration_audit_log_%s PARTITION OF configuration_audit_log '
            'FOR VALUES WITH (MODULUS 16, REMAINDER %s)', remainder, remainder);
    END LOOP;
END
$$;

CREATE INDEX idx_audit_site_ext ON configuration_audit_log (site_id, extension_id, sequence);
CREATE INDEX idx_audit_extension_id ON configuration_audit_log (extension_id);
CREATE INDEX idx_audit_changed_at ON configuration_audit_log (site_id, changed_at);
CREATE INDEX idx_audit_changed_by ON configuration_audit_log (changed_by);

-- Time, sequence and database role come from the server, whatever the writer says.
CREATE FUNCTION reconciler_stamp_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    NEW.changed_at := transaction_timestamp();
    NEW.recorded_by := session_user;
    NEW.sequence := nextval('configuration_audit_log_sequence');
    RETURN NEW;
END
$$;

CREATE TRIGGER stamp BEFORE INSERT ON configuration_audit_log
    FOR EACH ROW EXECUTE FUNCTION reconciler_stamp_audit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON configuration_audit_log
    FOR EACH ROW EXECUTE FUNCTION reconciler_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON configuration_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change();
ALTER TABLE configuration_audit_log ENABLE ALWAYS TRIGGER append_only_truncate;

-- Row triggers are cloned to the partitions, but how they fire is a setting of each table;
-- and a statement trigger guards only the table that the statement names.
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'configuration_audit_log'::regclass
    LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_refuse_change()', partition);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER stamp', partition);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', partition);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_truncate', partition);
    END LOOP;
END
$$;
ALTER TABLE ONLY configuration_audit_log ENABLE ALWAYS TRIGGER stamp;
ALTER TABLE ONLY configuration_audit_log ENABLE ALWAYS TRIGGER append_only;
