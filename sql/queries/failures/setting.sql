-- A setting of this session, and where it was set.
SELECT setting || coalesce(unit, ''), source FROM pg_settings WHERE name = %(name)s
