-- Refresh the reporting views beside their readers, as their owner.
SELECT reconciler_refresh_views()
