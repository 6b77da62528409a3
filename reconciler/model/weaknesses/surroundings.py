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
SCHEMA_CREATOR = WeaknessKind(
    "schema-creator",
    "{name} may create objects in the schema public",
    "Nothing, if it is trusted as who migrates is. Else: REVOKE CREATE ON SCHEMA public "
    "FROM {name};",
    "As for schema-create, but for one role.",
    Severity.WARNING,
)
SCHEMA_OWNER = WeaknessKind(
    "schema-owner",
    "{name} owns the schema public, by itself or as the owner of the database",
    "Nothing, if it is trusted as who migrates is. Else: ALTER SCHEMA public OWNER TO "
    "reconciler_owner;",
    "Who owns a schema may drop every table in it, the audit log among them.",
    Severity.WARNING,
)
OPERATOR_BESIDE = WeaknessKind(
    "operator-beside",
    "operator {name} of {owner} is in the schema public",
    "Nothing, if it is known. Else: DROP OPERATOR, and put such things into a schema of their own.",
    "Where its types fit better it is called in place of PostgreSQL's own, in the product's "
    "functions too.",
    Severity.WARNING,
)
LEAKPROOF_BESIDE = WeaknessKind(
    "leakproof-beside",
    "function {name} of {owner} is marked LEAKPROOF",
    "Nothing, if it is known. Else: ALTER FUNCTION {name} NOT LEAKPROOF;",
    "It is called on rows before policies and security-barrier views have filtered them.",
    Severity.WARNING,
)
NAME_SHADOWED = WeaknessKind(
    "name-shadowed",
    "{name} has the name of something of the product's",
    "Drop or rename it, or see that {schema} is on nobody's search path.",
    "A session with that schema before public on its search path works with the wrong one.",
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
