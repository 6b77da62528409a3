"""Weaknesses of who may do what: row security, privileges, roles, and ways past them."""

from __future__ import annotations

from reconciler.model.diagnostic import Severity
from reconciler.model.weakness import WeaknessKind

ROW_SECURITY_OFF = WeaknessKind(
    "row-security-off",
    "row-level security is not enabled on {name}",
    "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
    "Whoever may read the table reads every site's rows.",
)
ROW_SECURITY_NOT_FORCED = WeaknessKind(
    "row-security-not-forced",
    "row-level security is not forced on {name}",
    "ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
    "It does not hold for the table's owner.",
)
POLICY_MISSING = WeaknessKind(
    "policy-missing",
    "policy {name} is missing",
    "{restore};",
    "Those it is for see nothing, and triggers that look for rows find none.",
)
POLICY_ALTERED = WeaknessKind(
    "policy-altered",
    "policy {name} has another command, role or condition than the migrations gave it",
    "DROP POLICY {policy} ON {table}; {restore};",
    "The policies are what keeps sites apart.",
)
POLICY_UNEXPECTED = WeaknessKind(
    "policy-unexpected",
    "policy {name} for {to} was made by no migration",
    "DROP POLICY {policy} ON {table};",
    "Permissive policies are added to each other: one that says TRUE opens the table.",
)
POLICY_BESIDE = WeaknessKind(
    "policy-beside",
    "policy {name} lets {to} at the live configurations",
    "Nothing, if that is MachShop's own login. Else: DROP POLICY {policy} ON {table};",
    "MachShop reads its configurations somehow; it is listed so that it is known.",
    Severity.WARNING,
)
GRANT_MISSING = WeaknessKind(
    "grant-missing",
    "{grantee} lacks {privilege} on {object}",
    "GRANT {what} TO {grantee};",
    "Some command fails for want of it. Nothing is open.",
    Severity.WARNING,
)
GRANT_ALTERED = WeaknessKind(
    "grant-option",
    "{grantee} may hand on {privilege} on {object}",
    "REVOKE GRANT OPTION FOR {what} FROM {grantee};",
    "Who has the privilege is not for its holder to decide.",
)
GRANT_UNEXPECTED = WeaknessKind(
    "grant-unexpected",
    "{grantee} has {privilege} on {object}, which no migration granted",
    "REVOKE {what} FROM {grantee};",
    "Who may insert into reconcile_runs passes for the reconciler; who may read a materialized "
    "view reads every site.",
)
GRANT_BESIDE = WeaknessKind(
    "grant-beside",
    "{grantee} has {privilege} on {object}, as far as policies let it",
    "Nothing, if it is known. Else: REVOKE {what} FROM {grantee};",
    "Row-level security decides about it, and edits of live configurations are recorded.",
    Severity.WARNING,
)
VIEW_LEAKS = WeaknessKind(
    "view-leaks",
    "view {name} shows rows of every site: it reads with the rights of {owner}",
    "DROP VIEW {name}; or ALTER VIEW {name} SET (security_invoker = true); (PostgreSQL 15)",
    "A view reads as its owner, past the policies of whoever asks; a materialized one has no "
    "row-level security at all.",
)
VIEW_BESIDE = WeaknessKind(
    "view-beside",
    "view {name} reads what is protected, with the rights of {owner}",
    "Nothing, if it is known. Else: DROP VIEW {name};",
    "The policies for its owner decide what everybody sees through it.",
    Severity.WARNING,
)
DEFINER_UNPINNED = WeaknessKind(
    "definer-search-path",
    "SECURITY DEFINER function {name} of {owner} has no search path of its own",
    "ALTER FUNCTION {name} SET search_path = pg_catalog, pg_temp;",
    "A caller can have it run the caller's own functions with the rights of an owner who sees "
    "every site.",
)
DEFINER_AS_OWNER = WeaknessKind(
    "definer-as-owner",
    "SECURITY DEFINER function {name} runs with the rights of {owner}, and no migration made it",
    "DROP FUNCTION {name}; or give it to another owner.",
    "The owner of the schema sees and may change everything.",
)
DEFINER_BESIDE = WeaknessKind(
    "definer-beside",
    "SECURITY DEFINER function {name} runs with the rights of {owner}, who sees every site",
    "Nothing, if it is known. Else: ALTER FUNCTION {name} SECURITY INVOKER;",
    "Whether it opens anything is a matter of its body, which is not read.",
    Severity.WARNING,
)
ROLE_MISSING = WeaknessKind(
    "role-missing", "role {name} is missing", "CREATE ROLE {name} NOLOGIN;", "Nobody can be it."
)
ROLE_ALTERED = WeaknessKind(
    "role-altered",
    "role {name}, which is the product's own, has the attribute {fact}",
    "ALTER ROLE {name} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;",
    "Nobody logs in as one of the product's own roles, and none may do more than its grants say.",
)
ROLE_MEMBER = WeaknessKind(
    "role-member",
    "role {name}, which is the product's own, is a member of {role}",
    "REVOKE {role} FROM {name};",
    "Whoever is a member of the one is a member of the other.",
)
OWNER_MEMBER = WeaknessKind(
    "owner-member",
    "{name} may assume the owner of the schema, reconciler_owner",
    "REVOKE reconciler_owner FROM {name};",
    "Only the role that migrates may: whoever is the owner can take every guarantee away.",
)
OWNER_SERVES = WeaknessKind(
    "owner-serves",
    "{name} may assume both the owner of the schema and {role}",
    "REVOKE {role} FROM {name};",
    "Apply must not run as a role that could take the guarantees away.",
)
MEMBER_PRIVILEGED = WeaknessKind(
    "member-privileged",
    "{name}, a member of {role}, has the attribute {attribute}, or may assume a role that has",
    "{mend}",
    "For a superuser and with BYPASSRLS there is no row-level security; with CREATEROLE or "
    "REPLICATION a role gets there.",
)
MEMBER_ADMIN = WeaknessKind(
    "member-admin",
    "{name} may make others members of {role}",
    "REVOKE ADMIN OPTION FOR {role} FROM {name};",
    "Who is a member is for the role that migrates to decide.",
)
PREDEFINED_WRITER = WeaknessKind(
    "predefined-writer",
    "{name} is a member of {role}",
    "REVOKE {role} FROM {name};",
    "It may write into every table without a grant, reconcile_runs among them, or reach the "
    "server's files.",
)
PREDEFINED_READER = WeaknessKind(
    "predefined-reader",
    "{name} is a member of {role}",
    "Nothing, if it is known, a login for backups perhaps. Else: REVOKE {role} FROM {name};",
    "It reads the runs and the materialized views, which have no row-level security.",
    Severity.WARNING,
)
LOGIN_BYPASSES = WeaknessKind(
    "login-bypasses",
    "{name} can log in and has the attribute {attribute}, or may assume a role that has",
    "Nothing, if it is known. Else: {mend}",
    "No row-level security holds for it. Some such login is needed for running the server.",
    Severity.WARNING,
)
DEFAULT_PRIVILEGES = WeaknessKind(
    "default-privileges",
    "{grantee} gets {privilege} on {objects} that {maker} makes",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {makerQuoted} {inSchema}REVOKE {privilege} ON {objects} "
    "FROM {grantee};",
    "The next migration's tables would be open from the beginning.",
)
SESSION_SUPERUSER = WeaknessKind(
    "session-superuser",
    "this login, {name}, is a superuser, or may become one",
    "Apply with a login that is a member of reconciler_service and nothing more.",
    "Neither privileges nor row-level security hold for a superuser.",
)
SESSION_BYPASSES = WeaknessKind(
    "session-bypasses",
    "this login, {name}, has BYPASSRLS, or may assume a role that has",
    "Apply with a login that is a member of reconciler_service and nothing more.",
    "Row-level security does not hold for it.",
)
SESSION_OWNER = WeaknessKind(
    "session-owner",
    "this login, {name}, may assume the owner of the schema",
    "Apply with a login that is a member of reconciler_service and nothing more.",
    "What can take the guarantees away must not be what runs every day.",
)
SESSION_NOT_SERVICE = WeaknessKind(
    "session-not-service",
    "this login, {name}, has not the rights of reconciler_service",
    "GRANT reconciler_service TO {name}; or apply with a login that is a member of it.",
    "Nobody else may write what an apply writes, nor see every site with it.",
)
