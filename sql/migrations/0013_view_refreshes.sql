-- When the reporting views were last refreshed, so that a refresh that was missed, because the
-- connection was lost after the commit, is made up for by the next run.

CREATE TABLE reporting_refreshes (
    -- One row for all views.
    single boolean PRIMARY KEY DEFAULT TRUE CHECK (single),
    refreshed_at timestamptz NOT NULL
);

CREATE OR REPLACE FUNCTION reconciler_refresh_views() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET row_security = on SET client_min_messages = warning AS $$
DECLARE
    view regclass;
    filled boolean;
BEGIN
    -- A view that a restored dump left empty has readers only once it was filled.
    FOR view, filled IN
        SELECT oid::regclass, relispopulated FROM pg_class
        WHERE oid IN ('v_site_config_status'::regclass, 'v_unsigned_compliance'::regclass)
        ORDER BY relname
    LOOP
        EXECUTE format(
            'REFRESH MATERIALIZED VIEW %s %s', CASE WHEN filled THEN 'CONCURRENTLY' END, view);
    END LOOP;
    INSERT INTO reporting_refreshes (refreshed_at) VALUES (statement_timestamp())
    ON CONFLICT (single) DO UPDATE SET refreshed_at = excluded.refreshed_at;
END
$$;

ALTER TABLE reporting_refreshes OWNER TO reconciler_owner;
GRANT SELECT ON reporting_refreshes TO reconciler_service, reconciler_auditor;
