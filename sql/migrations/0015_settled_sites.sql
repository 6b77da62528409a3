-- Sites at which everything is as git has it, with what was found about them, so that a plan need
-- not read them again while neither git nor anybody here changes anything.
--
-- Written by an apply, for the commit that it applied; whatever is written to a site afterwards
-- takes it out, in the writer's own transaction. A plan may rely on it; `drift` and `db doctor`
-- never do. Without these rows everything is read, which takes longer and is all.

CREATE TABLE settled_state (
    -- One row for all sites.
    single boolean PRIMARY KEY DEFAULT TRUE CHECK (single),
    commit_id text NOT NULL,
    -- A digest over all that the sites share: settings, users, profiles, catalog, program.
    context text NOT NULL,
    settled_on date NOT NULL
);

CREATE TABLE settled_sites (
    site_id uuid PRIMARY KEY,
    slug text NOT NULL,
    -- git's name of the site's folder.
    tree text NOT NULL,
    configurations integer NOT NULL,
    -- Whether anything there is signed, so that it matters who wrote it.
    signed boolean NOT NULL,
    -- The last day on which the same is found.
    valid_through date,
    -- JSON, as text: what is quoted may hold what jsonb does not take.
    findings text NOT NULL,
    needed_signoffs text NOT NULL,
    CONSTRAINT fk_site FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE CASCADE
);

CREATE FUNCTION reconciler_unsettle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM settled_sites;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM settled_sites WHERE site_id IN (SELECT site_id FROM old_rows);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        DELETE FROM settled_sites WHERE site_id IN (SELECT site_id FROM new_rows);
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    watched text;
BEGIN
    FOREACH watched IN ARRAY ARRAY[
        'site_extension_configs', 'site_extension_config_versions', 'compliance_signoffs',
        'site_derived_records'
    ] LOOP
        EXECUTE format('CREATE TRIGGER unsettle_insert AFTER INSERT ON %I '
                       'REFERENCING NEW TABLE AS new_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_unsettle()', watched);
        EXECUTE format('CREATE TRIGGER unsettle_update AFTER UPDATE ON %I '
                       'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_unsettle()', watched);
        EXECUTE format('CREATE TRIGGER unsettle_delete AFTER DELETE ON %I '
                       'REFERENCING OLD TABLE AS old_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_unsettle()', watched);
        EXECUTE format('CREATE TRIGGER unsettle_truncate AFTER TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION reconciler_unsettle()', watched);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER unsettle_insert, '
                       'ENABLE ALWAYS TRIGGER unsettle_update, '
                       'ENABLE ALWAYS TRIGGER unsettle_delete, '
                       'ENABLE ALWAYS TRIGGER unsettle_truncate', watched);
    END LOOP;
END
$$;

ALTER TABLE settled_sites ENABLE ROW LEVEL SECURITY;
ALTER TABLE settled_sites FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON settled_sites TO reconciler_owner USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY service ON settled_sites TO reconciler_service
    USING (reconciler_in_session_site(site_id)) WITH CHECK (reconciler_in_session_site(site_id));
CREATE POLICY auditor ON settled_sites FOR SELECT TO reconciler_auditor
    USING (reconciler_in_session_site(site_id));

ALTER TABLE settled_state OWNER TO reconciler_owner;
ALTER TABLE settled_sites OWNER TO reconciler_owner;
ALTER FUNCTION reconciler_unsettle() OWNER TO reconciler_owner;
REVOKE ALL ON FUNCTION reconciler_unsettle() FROM PUBLIC;
GRANT SELECT ON settled_state, settled_sites TO reconciler_service, reconciler_auditor;
GRANT INSERT, UPDATE, DELETE ON settled_state, settled_sites TO reconciler_service;
