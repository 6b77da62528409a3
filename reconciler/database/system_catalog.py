"""PostgreSQL's own catalog, read: one query a subject. Nothing here writes or commits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from psycopg.rows import dict_row

from reconciler.database.connection import Connection
from reconciler.database.definition_text import constraint_text, view_text
from reconciler.database.migrations import all_migrations
from reconciler.database.sql_files import query, sql_root
from reconciler.model.system_catalog import Facts, Objects, SystemCatalog

# What the migrations make, and what is therefore compared object for object.
MADE_BY_MIGRATIONS: Final = (
    "tables",
    "columns",
    "triggers",
    "constraints",
    "indexes",
    "policies",
    "grants",
    "functions",
    "views",
    "sequences",
)
_AROUND: Final = ("rules", "definers", "roles", "settings", "default_privileges")
_PARAMETER_PRIVILEGES_SINCE: Final = 150_000
_COMPARABLE: Final[Mapping[str, Callable[[str], str]]] = {
    "constraints": constraint_text,
    "views": view_text,
}
_HIDDEN_RECORD: Final = (
    "which migrations were applied, and whether only who applied them may assume the owner: "
    "this login may not read reconciler_migrations"
)


@cache
def expected_catalog() -> SystemCatalog:
    """Return what the program's own migrations make, as the package keeps it."""
    text = sql_root().joinpath("expected_catalog.json").read_text(encoding="utf-8")
    subjects: dict[str, dict[str, Facts]] = json.loads(text)
    subjects["migrations"] = {
        f"{migration.version:04d} {migration.name}": {"checksum": migration.checksum}
        for migration in all_migrations()
    }
    return SystemCatalog(subjects)


def read_catalog(connection: Connection, relations: Sequence[str]) -> SystemCatalog:
    """Return what the catalog says of ``relations``, tables, views and sequences in ``public``.

    With them what stands on them, the product's functions, and what stands around: roles,
    settings, other people's functions and views. The caller's transaction gives the moment;
    until its end the search path is another.
    """
    connection.execute("SET LOCAL search_path = public, pg_temp")
    asked = {"relations": list(relations)}
    subjects: dict[str, dict[str, dict[str, Any]]] = {
        subject: _objects(connection, subject, asked) for subject in (*MADE_BY_MIGRATIONS, *_AROUND)
    }
    for subject, name, facts in connection.execute(query("doctor/surroundings"), asked):
        subjects.setdefault(subject, {})[name] = facts
    with connection.cursor(row_factory=dict_row) as cursor:
        readable = cursor.execute(query("doctor/readable")).fetchone() or {}
    if readable["version"] >= _PARAMETER_PRIVILEGES_SINCE:
        subjects["parameters"] = _objects(connection, "parameters", asked)
    if readable["migrations"]:
        subjects["migrations"] = _objects(connection, "migrations", asked)
    elif not readable["migrated"]:
        subjects["migrations"] = {}
    for subject, comparable in _COMPARABLE.items():
        for facts in subjects[subject].values():
            facts["definition"] = comparable(facts["definition"])
    return SystemCatalog(subjects, tuple(_unchecked(readable)))


def fast_reading(
    connection: Connection, expected: SystemCatalog
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what an apply must not begin with: code, name and facts of each weakness."""
    triggers = [facts for facts in expected.of("triggers").values() if facts["always"]]
    asked = {
        "forced": [name for name, facts in expected.of("tables").items() if facts["forced"]],
        "tables": [facts["table"] for facts in triggers],
        "triggers": [facts["trigger"] for facts in triggers],
        "definitions": [facts["definition"] for facts in triggers],
    }
    return connection.execute(query("doctor/fast"), asked).fetchall()


def _objects(
    connection: Connection, subject: str, asked: dict[str, list[str]]
) -> dict[str, dict[str, Any]]:
    return dict(connection.execute(query(f"doctor/{subject}"), asked).fetchall())


def _unchecked(readable: dict[str, Any]) -> list[str]:
    hidden = readable["migrated"] and not readable["migrations"]
    return [_HIDDEN_RECORD] if hidden else []


def relations_of(catalog: SystemCatalog) -> list[str]:
    """Return the names of the tables, views and sequences that a catalog is about."""
    named: list[Objects] = [catalog.of(subject) for subject in ("tables", "views", "sequences")]
    return sorted({name for objects in named for name in objects})
