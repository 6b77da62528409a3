-- What the server's commit log says of a transaction; an error where it has never begun it.
SELECT pg_xact_status(%(transaction)s::xid8)
