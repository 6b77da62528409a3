"""The form of MachShop's own six tables, which an adoption takes over, and what differs from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeAlias

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query

Columns: TypeAlias = Mapping[str, tuple[str, bool]]
"""Of each column its type as PostgreSQL writes it, and whether it refuses NULL."""

_TIME = "timestamp without time zone"
_WORDS: Final = {"bool": "boolean", "int": "integer", "time": _TIME}


def _columns(written: str) -> Columns:
    """Read ``name type, name type?``; a question mark allows NULL, a number is a length."""
    found = {}
    for column in written.split(","):
        name, word = column.split()
        kind = word.removesuffix("?")
        kind = f"character varying({kind})" if kind.isdigit() else _WORDS.get(kind, kind)
        found[name] = (kind, not word.endswith("?"))
    return found


SEED_TABLES: Final[Mapping[str, Columns]] = {
    "site_extension_configs": _columns(
        "id uuid, site_id uuid, extension_id 64, version 20, configuration jsonb, "
        "config_hash 256, validated bool, validation_errors jsonb?, detected_conflicts text[]?, "
        "enabled_at time, updated_at time"
    ),
    "compliance_signoffs": _columns(
        "id uuid, site_id uuid, extension_id 64, aspect 128, signed_by uuid, signed_role 32, "
        "signed_at time, config_hash 256, config_version int, notes text?, metadata jsonb?"
    ),
    "configuration_audit_log": _columns(
        "id uuid, site_id uuid, extension_id 64, action 32, changed_by uuid, changed_at time, "
        "old_config_hash 256?, new_config_hash 256?, reason text?, details jsonb?"
    ),
    "extension_dependency_cache": _columns(
        "id uuid, site_id uuid, extension_id 64, dependency_type 20, dependency_id 128, "
        "min_version 20?, resolved_version 20?, resolved_provider 64?, satisfied bool, "
        "reason text?, cached_at time, expires_at time?"
    ),
    "extension_conflicts_detected": _columns(
        "id uuid, site_id uuid, extension_id_1 64, extension_id_2 64, conflict_type 32, "
        "scope 32?, capability 128?, resource 128?, policy_1 128?, policy_2 128?, severity 16, "
        "reason text, detected_at time, resolved_at time?, resolution_notes text?"
    ),
    "configuration_snapshots": _columns(
        "id uuid, site_id uuid, snapshot_at time, configurations jsonb, signoffs jsonb, "
        "reason 128?, created_by uuid?"
    ),
}
SEED_VIEWS: Final = ("v_site_config_status", "v_unsigned_compliance")


def wrong_kinds(found: Mapping[str, str]) -> Iterator[str]:
    """Yield what stands under one of the names and is no table, or no materialized view."""
    for name, kind in sorted(found.items()):
        if name in SEED_TABLES and kind != "r":
            yield f"{name} is no ordinary table"
        elif name in SEED_VIEWS and kind != "m":
            yield f"{name} is no materialized view"


def differences(connection: Connection, tables: Collection[str]) -> list[str]:
    """Return in which columns the tables that were set aside are not in their form, all at once.

    Tables of which row-level security withholds rows are named as well.
    """
    found: defaultdict[str, dict[str, tuple[str, bool]]] = defaultdict(dict)
    withheld = set()
    for table, column, kind, required, filtered in connection.execute(query("adoption/columns")):
        found[table][column] = (kind, required)
        if filtered:
            withheld.add(f"row-level security withholds rows of {table} from this login")
    differing = [line for table in sorted(tables) for line in _of_table(table, found[table])]
    return [*sorted(withheld), *differing]


def _of_table(table: str, found: Columns) -> Iterator[str]:
    wanted = SEED_TABLES[table]
    for column in wanted:
        if column not in found:
            yield f"{table} lacks the column {column}"
            continue
        (kind, required), (other, refuses) = wanted[column], found[column]
        if other != kind:
            yield f"{table}.{column} is {other}, and not {kind}"
        elif required and not refuses:
            yield f"{table}.{column} may be NULL"
    for column in found:
        if column not in wanted:
            yield f"{table} has the column {column} beside"
