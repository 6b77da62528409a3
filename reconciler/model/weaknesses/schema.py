"""Weaknesses of what the migrations made: missing, altered, or with something beside it."""

from __future__ import annotations

from typing import Final

from reconciler.model.diagnostic import Severity
from reconciler.model.weakness import WeaknessKind

_AS_MIGRATED: Final = "Make it again as the migration below sql/migrations/ does that names it."

MIGRATION_PENDING = WeaknessKind(
    "migration-pending",
    "migration {name} was not applied",
    "reconciler db migrate",
    "The rest is compared with what the program's own migrations make, once all are applied.",
)
MIGRATION_EDITED = WeaknessKind(
    "migration-edited",
    "migration {name} was applied with another text than the program has",
    "Install the released program; a change belongs into a new migration.",
    "Nobody can say any more what was run on this database.",
)
MIGRATION_UNKNOWN = WeaknessKind(
    "migration-unknown",
    "the database has migration {name}, which this program does not know",
    "Use the program of the release that the schema is from, or a newer one.",
    "The schema is newer than the program, or something else wrote into the record.",
)
TABLE_MISSING = WeaknessKind(
    "table-missing", "table {name} is missing", _AS_MIGRATED, "A record is not kept at all."
)
TABLE_OWNER = WeaknessKind(
    "table-owner",
    "table {name} belongs to {found} and not to {expected}",
    "ALTER TABLE {name} OWNER TO {expected};",
    "An owner may disable triggers and row security, and drop the table.",
)
TABLE_ALTERED = WeaknessKind(
    "table-altered",
    "table {name} is not of the kind that the migrations made",
    _AS_MIGRATED,
    "A foreign table, or one partitioned by another key, keeps none of the promises.",
)
TABLE_UNLOGGED = WeaknessKind(
    "table-unlogged",
    "table {name} is unlogged",
    "ALTER TABLE {name} SET LOGGED;",
    "PostgreSQL empties an unlogged table after a crash, and never copies it to a standby.",
)
PARTITION_DETACHED = WeaknessKind(
    "partition-detached",
    "partition {name} is not attached to {parent} as it was",
    "ALTER TABLE {parent} ATTACH PARTITION {name} {bound}; then db doctor again, for its triggers.",
    "Rows of the sites it holds are out of the log, and cannot be written into it.",
)
TABLE_INHERITS = WeaknessKind(
    "table-inherits",
    "{name} is a partition of {parent} or inherits from it, and no migration made it",
    "ALTER TABLE {name} NO INHERIT {parent}; or ALTER TABLE {parent} DETACH PARTITION {name};",
    "Its rows appear in the parent, past the parent's triggers.",
)
COLUMN_MISSING = WeaknessKind(
    "column-missing", "column {name} is missing", _AS_MIGRATED, "A fact is not recorded any more."
)
COLUMN_ALTERED = WeaknessKind(
    "column-altered",
    "column {name} has another type, default or NOT NULL than the migrations gave it",
    _AS_MIGRATED,
    "The digest that drift is found by is such a column, and so is each time and role recorded.",
)
COLUMN_UNEXPECTED = WeaknessKind(
    "column-unexpected",
    "column {name} was made by no migration",
    "ALTER TABLE {table} DROP COLUMN …, once its content is kept elsewhere.",
    "It is in no digest, no plan and no chain.",
    Severity.WARNING,
)
TRIGGER_MISSING = WeaknessKind(
    "trigger-missing",
    "trigger {name} is missing",
    "{definition}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};",
    "Triggers keep records append-only, stamp them, chain them, and record edits by hand.",
)
TRIGGER_ALTERED = WeaknessKind(
    "trigger-altered",
    "trigger {name} is not as the migrations made it",
    "DROP TRIGGER {trigger} ON {table}; {definition}; "
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};",
    "A trigger with another event, condition or function does not do what it is there for.",
)
TRIGGER_DISABLED = WeaknessKind(
    "trigger-disabled",
    "trigger {name} is disabled",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};",
    "What it refuses or records is neither refused nor recorded.",
)
TRIGGER_NOT_ALWAYS = WeaknessKind(
    "trigger-not-always",
    "trigger {name} does not fire where session_replication_role is replica",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};",
    "One setting of a session would pass it by.",
)
TRIGGER_UNEXPECTED = WeaknessKind(
    "trigger-unexpected",
    "trigger {name} was made by no migration",
    "DROP TRIGGER {trigger} ON {table};",
    "It can alter or swallow rows before they are recorded.",
)
RULE_UNEXPECTED = WeaknessKind(
    "rule-unexpected",
    "rewrite rule {name} was made by no migration",
    "DROP RULE {rule} ON {table};",
    "A rule turns a statement into another one, and no trigger fires.",
)
CONSTRAINT_MISSING = WeaknessKind(
    "constraint-missing",
    "constraint {name} is missing",
    "ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition};",
    "Rows that contradict each other can be written.",
)
CONSTRAINT_ALTERED = WeaknessKind(
    "constraint-altered",
    "constraint {name} says something else than in the migrations",
    "ALTER TABLE {table} DROP CONSTRAINT {constraint}; "
    "ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition};",
    "Rows that contradict each other can be written.",
)
CONSTRAINT_NOT_VALID = WeaknessKind(
    "constraint-not-valid",
    "constraint {name} was not checked against the rows that were there",
    "ALTER TABLE {table} VALIDATE CONSTRAINT {constraint};",
    "Older rows may break it.",
)
CONSTRAINT_NOT_ENFORCED = WeaknessKind(
    "constraint-not-enforced",
    "foreign key {name} is not enforced",
    "ALTER TABLE {table} ENABLE TRIGGER ALL; the same for the table that it refers to. Then "
    "enable the product's triggers ALWAYS again.",
    "The triggers that keep it are disabled, so that rows may refer to nothing.",
)
CONSTRAINT_UNEXPECTED = WeaknessKind(
    "constraint-unexpected",
    "constraint {name} was made by no migration",
    "ALTER TABLE {table} DROP CONSTRAINT {constraint};",
    "It can make an apply fail; and a unique one tells a site what another site has.",
    Severity.WARNING,
)
INDEX_MISSING = WeaknessKind(
    "index-missing",
    "index {name} is missing",
    "{definition};",
    "A unique one keeps rows from being there twice; without the others a large installation "
    "does not answer in time.",
)
INDEX_ALTERED = WeaknessKind(
    "index-altered",
    "index {name} is not as the migrations made it",
    "DROP INDEX {name}; {definition};",
    "As for index-missing.",
)
INDEX_INVALID = WeaknessKind(
    "index-invalid",
    "index {name} is invalid",
    "REINDEX INDEX {name};",
    "PostgreSQL does not use it, and a unique one does not keep its promise.",
)
INDEX_UNEXPECTED = WeaknessKind(
    "index-unexpected",
    "unique index {name} was made by no migration",
    "DROP INDEX {name};",
    "A unique key that does not begin with the site tells a site what another site has.",
    Severity.WARNING,
)
SEQUENCE_MISSING = WeaknessKind(
    "sequence-missing", "sequence {name} is missing", _AS_MIGRATED, "Audit rows have no order."
)
SEQUENCE_ALTERED = WeaknessKind(
    "sequence-altered",
    "sequence {name} is not as the migrations made it",
    "ALTER SEQUENCE {name} AS bigint INCREMENT 1 NO CYCLE;",
    "Numbers that come again or go down put audit rows into a wrong order.",
)
FUNCTION_MISSING = WeaknessKind(
    "function-missing",
    "function {name} is missing",
    _AS_MIGRATED,
    "The triggers, policies and views that call it fail.",
)
FUNCTION_OWNER = WeaknessKind(
    "function-owner",
    "function {name} belongs to {found} and not to {expected}",
    "ALTER FUNCTION {name} OWNER TO {expected};",
    "The owner of a function may replace its body.",
)
FUNCTION_ALTERED = WeaknessKind(
    "function-altered",
    "function {name} is not as the migrations made it",
    "CREATE OR REPLACE it with the text of the newest migration below sql/migrations/ that has it.",
    "Triggers and policies do what their functions do.",
)
FUNCTION_SETTINGS = WeaknessKind(
    "function-search-path",
    "function {name} has the settings {found} and not {expected}",
    "{restore}",
    "Without a pinned search path, pg_temp last, a caller puts own tables and functions before "
    "those that are meant.",
)
FUNCTION_SECURITY = WeaknessKind(
    "function-security",
    "function {name} is not {security} any more",
    "ALTER FUNCTION {name} {security};",
    "With the wrong rights it can do too much, or not what it is there for.",
)
FUNCTION_UNEXPECTED = WeaknessKind(
    "function-unexpected",
    "function {name} has the product's prefix and was made by no migration",
    "DROP FUNCTION {name};",
    "An overloaded function can be called in place of the one that is meant.",
)
VIEW_MISSING = WeaknessKind(
    "view-missing", "view {name} is missing", _AS_MIGRATED, "Reports have nothing to read."
)
VIEW_OWNER = WeaknessKind(
    "view-owner",
    "view {name} belongs to {found} and not to {expected}",
    "ALTER TABLE {name} OWNER TO {expected};",
    "A view reads with its owner's rights, and its owner may replace it.",
)
VIEW_ALTERED = WeaknessKind(
    "view-altered",
    "view {name} is not as the migrations made it",
    _AS_MIGRATED,
    "The views are where sites are kept apart in what is materialized.",
)
VIEW_BARRIER = WeaknessKind(
    "view-barrier",
    "view {name} is no security barrier any more",
    "ALTER VIEW {name} SET (security_barrier = true);",
    "A function in a caller's WHERE can see rows before the view has filtered them.",
)
VIEW_UNPOPULATED = WeaknessKind(
    "view-unpopulated",
    "materialized view {name} was never filled",
    "SET row_security = on; REFRESH MATERIALIZED VIEW {name};",
    "After a restore it is so, since pg_dump turns row security off. Nobody can read it, and apply "
    "cannot refresh it.",
    Severity.WARNING,
)
