-- Whether the server knows a time zone by that name.
SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %(zone)s)
