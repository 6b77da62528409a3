-- Changes made outside the reconciler are recorded too, in the writer's own transaction.
--
-- Only a transaction that holds its own row in reconcile_runs is taken for the reconciler's; no
-- setting silences this. Statement triggers with transition tables: a bulk edit costs one
-- INSERT, and the reconciler's own writes cost one look-up a statement.
--
-- What is recorded of the difference are the names of the keys that changed, never values:
-- nobody checked an edit by hand for secrets.

CREATE FUNCTION reconciler_changed_keys(before jsonb, after jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(key ORDER BY key), '[]')
    FROM (
        SELECT jsonb_object_keys(CASE jsonb_typeof(before) WHEN 'object' THEN before ELSE '{}' END)
        UNION
        SELECT jsonb_object_keys(CASE jsonb_typeof(after) WHEN 'object' THEN after ELSE '{}' END)
    ) AS keys (key)
    WHERE before -> keys.key IS DISTINCT FROM after -> keys.key
$$;

CREATE FUNCTION reconciler_out_of_band_details(
    operation text,
    old_version text, old_configuration jsonb,
    new_version text, new_configuration jsonb
) RETURNS jsonb
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT jsonb_build_object(
        'origin', 'out-of-band',
        'operation', operation,
        'sessionUser', session_user,
        'application', nullif(current_setting('application_name'), ''),
        'clientAddress', host(inet_client_addr()),
        'oldVersion', old_version,
        'newVersion', new_version,
        'changedKeys', reconciler_changed_keys(old_configuration, new_configuration)
    )
$$;

CREATE FUNCTION reconciler_record_out_of_band() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF reconciler_owns_transaction() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO configuration_audit_log
            (site_id, extension_id, action, new_config_hash, reason, details)
        SELECT n.site_id, n.extension_id, 'activated', n.config_hash,
               'changed outside the reconciler',
               reconciler_out_of_band_details(
                   TG_OP, NULL, NULL, n.version, n.configuration)
        FROM new_rows AS n ORDER BY n.site_id, n.extension_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO configuration_audit_log
            (site_id, extension_id, action, old_config_hash, reason, details)
        SELECT o.site_id, o.extension_id, 'deactivated', o.config_hash,
               'changed outside the reconciler',
               reconciler_out_of_band_details(
                   TG_OP, o.version, o.configuration, NULL, NULL)
        FROM old_rows AS o ORDER BY o.site_id, o.extension_id;
    ELSE
        -- A row moved to another key has left one place and come to another.
        INSERT INTO configuration_audit_log
            (site_id, extension_id, action, old_config_hash, new_config_hash, reason, details)
        SELECT coalesce(n.site_id, o.site_id), coalesce(n.extension_id, o.extension_id),
               CASE WHEN o.site_id IS NULL THEN 'activated'
                    WHEN n.site_id IS NULL THEN 'deactivated'
                    ELSE 'reconfigured' END,
               o.config_hash, n.config_hash, 'changed outside the reconciler',
               reconciler_out_of_band_details(
                   TG_OP, o.version, o.configuration, n.version, n.configuration)
        FROM old_rows AS o
        FULL JOIN new_rows AS n ON o.site_id = n.site_id AND o.extension_id = n.extension_id
        ORDER BY 1, 2;
    END IF;
    RETURN NULL;
END
$$;

-- PostgreSQL allows a transition table only on a trigger of a single event.
CREATE TRIGGER out_of_band_insert AFTER INSERT ON site_extension_configs
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_record_out_of_band();
CREATE TRIGGER out_of_band_update AFTER UPDATE ON site_extension_configs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_record_out_of_band();
CREATE TRIGGER out_of_band_delete AFTER DELETE ON site_extension_configs
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_record_out_of_band();

CREATE FUNCTION reconciler_record_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO configuration_audit_log
        (site_id, extension_id, action, old_config_hash, reason, details)
    SELECT o.site_id, o.extension_id, 'deactivated', o.config_hash,
           'changed outside the reconciler',
           reconciler_out_of_band_details(
                   TG_OP, o.version, o.configuration, NULL, NULL)
    FROM site_extension_configs AS o ORDER BY o.site_id, o.extension_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER out_of_band_truncate BEFORE TRUNCATE ON site_extension_configs
    FOR EACH STATEMENT EXECUTE FUNCTION reconciler_record_truncate();

ALTER TABLE site_extension_configs ENABLE ALWAYS TRIGGER out_of_band_insert;
ALTER TABLE site_extension_configs ENABLE ALWAYS TRIGGER out_of_band_update;
ALTER TABLE site_extension_configs ENABLE ALWAYS TRIGGER out_of_band_delete;
ALTER TABLE site_extension_configs ENABLE ALWAYS TRIGGER out_of_band_truncate;
