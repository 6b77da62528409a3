"""Weaknesses of what stands around the schema: settings, replication, names that shadow."""

from __future__ import annotations

from reconciler.model.diagnostic import Severity
from reconciler.model.weakness import WeaknessKind

SYNCHRONOUS_COMMIT_OFF = WeaknessKind(
    "synchronous-commit-off",
    "synchronous_commit is off in this session",
    "SET synchronous_commit = on; and find where it was turned off: \\drds, postgresql.conf.",
    "A server that crashes can forget what was reported as applied.",
)
SERVER_NOT_DURABLE = WeaknessKind(
    "server-not-durable",
    "{name} is off",
    "ALTER SYSTEM SET {name} = on; and reload the server.",
    "After a crash of the machine the database can be damaged beyond repair.",
)
ROW_SECURITY_SETTING = WeaknessKind(
    "row-security-setting",
    "row_security is off in this session",
    "SET row_security = on; and find where it was turned off.",
    "Queries fail where they would be filtered.",
    Severity.WARNING,
)
REPLICA_SESSION = WeaknessKind(
    "replica-session",
    "session_replication_role is {value} in this session",
    "SET session_replication_role = origin; and find where it was set.",
    "Foreign keys are not kept, and triggers that are not ALWAYS do not fire.",
)
SETTING_KEPT = WeaknessKind(
    "setting-kept",
    "{setting} is set to {value} for {whom}",
    "ALTER {reset} RESET {setting};",
    "Sessions begin with it, whatever the server's own setting says.",
)
PARAMETER_GRANTED = WeaknessKind(
    "parameter-granted",
    "{name} may set {parameter}",
    "REVOKE {privilege} ON PARAMETER {parameter} FROM {name};",
    "It switches off foreign keys, and triggers that are not ALWAYS.",
)
SCHEMA_CREATE = WeaknessKind(
    "schema-create",
    "everybody may create objects in the schema public",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
    "A function or operator put there can be called in place of the one that is meant. PostgreSQL "
    "14, and databases that come from it, begin so.",
)
NAME_SHADOWED = WeaknessKind(
    "name-shadowed",
    "{name} has the name of one of the product's tables",
    "Drop or rename it, or see that {schema} is on nobody's search path.",
    "A session with that schema before public on its search path works on the wrong table.",
    Severity.WARNING,
)
EVENT_TRIGGER = WeaknessKind(
    "event-trigger",
    "event trigger {name} runs {function} at every {event}",
    "Nothing, if it is known. Else: DROP EVENT TRIGGER {name};",
    "It runs with the rights of whoever migrates.",
    Severity.WARNING,
)
SUBSCRIPTION = WeaknessKind(
    "subscription",
    "subscription {name} may copy rows into the product's tables",
    "DROP SUBSCRIPTION {name}; or have it refreshed without them.",
    "Rows that another server sends are not the reconciler's, and foreign keys are not kept.",
)
PUBLICATION = WeaknessKind(
    "publication",
    "publication {name} sends rows of {tables} to other servers",
    "Nothing, if it is known. Else: ALTER PUBLICATION {name} DROP TABLE {tables};",
    "Row-level security does not filter what is replicated.",
    Severity.WARNING,
)
