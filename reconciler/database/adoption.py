"""Taking over MachShop's own tables, inside one transaction of the caller's; nothing commits here.

They are set aside, the schema is made, every row is copied, what was set aside is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb

from reconciler.database.connection import Connection
from reconciler.database.evidence import stream
from reconciler.database.migrations import migration_record_exists
from reconciler.database.row_counts import expect_rows
from reconciler.database.seed_form import SEED_TABLES, SEED_VIEWS, differences, wrong_kinds
from reconciler.database.sql_files import query
from reconciler.model.adoption import (
    AdoptionCode,
    AdoptionFinding,
    JudgedConfiguration,
    TableCount,
)
from reconciler.model.desired import ConfigurationKey
from reconciler.model.errors import ReconcilerError, UsageError

_ASIDE: Final = "reconciler_adopting"
_STEPS: Final = (
    "write_configurations",
    "unfit_dependencies",
    "unfit_conflicts",
    "unfit_snapshots",
    "number_versions",
    "write_versions",
    "write_hashes",
    "write_signoffs",
    "stamp_off",
    "write_audit_rows",
    "write_snapshots",
    "stamp_on",
    "write_dependencies",
    "write_conflicts",
    "write_leftovers",
    "write_entries",
)
_ASKING: Final = frozenset(step for step in _STEPS if step.startswith("write_"))


class FoundConfiguration(Struct, frozen=True):
    """A live row of MachShop's; ``text`` is its configuration as PostgreSQL prints it."""

    key: ConfigurationKey
    version: str
    config_hash: str
    text: str


def is_adoptable(connection: Connection) -> bool:
    """Return whether the database holds tables of MachShop's own that the reconciler replaces."""
    return not migration_record_exists(connection) and any(
        name in SEED_TABLES for name in _relations(connection)
    )


def _relations(connection: Connection) -> dict[str, str]:
    rows = connection.execute(query("adoption/relations"), {"names": [*SEED_TABLES, *SEED_VIEWS]})
    return dict(rows.fetchall())


def require_time_zone(connection: Connection, zone: str) -> None:
    """Refuse a time zone that the server does not know.

    Raises:
        UsageError: there is none of that name.
    """
    if connection.execute(query("adoption/time_zone"), {"zone": zone}).fetchone() != (True,):
        raise UsageError(
            f"the server knows no time zone {zone!r}", "Give one such as Europe/Berlin or UTC."
        )


def set_aside(connection: Connection) -> None:
    """Move MachShop's tables out of the way, where they are in their form and nobody needs them.

    Raises:
        ReconcilerError: they are not; everything that is in the way is listed.
    """
    there = _relations(connection)
    _refuse(wrong_kinds(there), ())
    connection.execute(query("adoption/set_aside"))
    tables = [name for name in there if name in SEED_TABLES]
    dependents = [
        text.replace(f"{_ASIDE}.", "")
        for (text,) in connection.execute(query("adoption/dependents"))
    ]
    _refuse(differences(connection, tables), dependents)
    connection.execute(query("adoption/create_absent"))


def _refuse(differing: Iterable[str], dependents: Iterable[str]) -> None:
    lines = list(differing)
    standing = [f"it is needed by {text}" for text in dependents]
    if lines or standing:
        raise ReconcilerError(
            "MachShop's tables cannot be adopted as they are: "
            f"{len(lines) + len(standing)} in the way",
            "Bring the tables into the form that docs/adopting.md shows, and drop what stands on "
            "them or move it elsewhere; it can be made anew afterwards. Nothing was changed.",
            [*lines, *standing],
        )


def found_configurations(connection: Connection) -> Iterator[FoundConfiguration]:
    """Yield the live rows that are adopted, by site and extension; of the others are set apart."""
    for name in ("unfit_configurations", "unfit_signoffs", "unfit_audit_rows"):
        connection.execute(query(f"adoption/{name}"))
    for site_id, extension, version, found, text in stream(
        connection, "adoption/configurations", {}
    ):
        yield FoundConfiguration(ConfigurationKey(site_id, extension), version, found, text)


def stage(
    connection: Connection, rows: Iterable[tuple[FoundConfiguration, JudgedConfiguration]]
) -> None:
    """Copy to the server how each configuration is adopted."""
    with connection.cursor().copy(query("adoption/copy_configurations")) as copy:
        for found, judged in rows:
            errors = [
                {"code": code.value, "place": place, "message": message}
                for code, place, message in judged.problems
            ]
            copy.write_row(
                (
                    *found.key,
                    found.config_hash,
                    judged.config_hash or found.config_hash,
                    judged.withheld,
                    Jsonb(errors) if errors else None,
                )
            )


def write(connection: Connection, run_id: UUID, zone: str) -> None:
    """Copy every row to where it belongs; the run's row must have been written before."""
    asked = {"run_id": run_id, "zone": zone}
    for step in _STEPS:
        connection.execute(query(f"adoption/{step}"), asked if step in _ASKING else None)


def counts(connection: Connection) -> tuple[TableCount, ...]:
    """Return what became of the rows of each table.

    Raises:
        ReconcilerError: one was lost or made; the transaction must be rolled back.
    """
    found = tuple(TableCount(*row) for row in connection.execute(query("adoption/counts")))
    for table in found:
        expect_rows(table.has + table.left_over, table.had)
    return found


def row_findings(connection: Connection) -> list[AdoptionFinding]:
    """Return what is to be said of other rows than configurations."""
    return [
        AdoptionFinding(AdoptionCode(code), *facts)
        for code, *facts in connection.execute(query("adoption/findings"))
    ]


def drop_aside(connection: Connection) -> None:
    """Drop what was set aside."""
    connection.execute(query("adoption/drop_aside"))
