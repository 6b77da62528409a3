-- Refresh a reporting view beside its readers.
REFRESH MATERIALIZED VIEW CONCURRENTLY v_site_config_status
