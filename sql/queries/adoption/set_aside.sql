-- Move what MachShop has to a schema of its own, until everything was copied from there.
CREATE SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.site_extension_configs SET SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.compliance_signoffs SET SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.configuration_audit_log SET SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.extension_dependency_cache SET SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.extension_conflicts_detected SET SCHEMA reconciler_adopting;
ALTER TABLE IF EXISTS public.configuration_snapshots SET SCHEMA reconciler_adopting;
ALTER MATERIALIZED VIEW IF EXISTS public.v_site_config_status SET SCHEMA reconciler_adopting;
ALTER MATERIALIZED VIEW IF EXISTS public.v_unsigned_compliance SET SCHEMA reconciler_adopting
