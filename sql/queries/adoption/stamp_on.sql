-- From here on the server says when something was written.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'public.configuration_audit_log'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER stamp', part);
    END LOOP;
    ALTER TABLE ONLY public.configuration_audit_log ENABLE ALWAYS TRIGGER stamp;
    ALTER TABLE public.configuration_snapshots ENABLE ALWAYS TRIGGER stamp;
END
$$
