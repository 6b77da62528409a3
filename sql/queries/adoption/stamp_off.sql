-- Let rows of before keep their time; the trigger that would stamp them is put back right after.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'public.configuration_audit_log'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER stamp', part);
    END LOOP;
    ALTER TABLE ONLY public.configuration_audit_log DISABLE TRIGGER stamp;
    ALTER TABLE public.configuration_snapshots DISABLE TRIGGER stamp;
END
$$
