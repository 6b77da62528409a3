"""Writes sql/expected_catalog.json: what the migrations make, as ``db doctor`` expects it.

``python -m tests.support.expected_catalog``, after a migration was added or edited. It is the
same for every version of PostgreSQL that is supported.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.database.connection import connect, reading
from reconciler.database.system_catalog import MADE_BY_MIGRATIONS, read_catalog
from reconciler.model.system_catalog import SystemCatalog
from tests.support.databases import fresh_database, template_database
from tests.support.servers import PROJECT, server

CATALOG = PROJECT / "sql" / "expected_catalog.json"

_MADE = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
  AND relname NOT IN ('sites', 'users')
"""
_OF_ROLES = (
    "login",
    "superuser",
    "bypassesRowSecurity",
    "createsRoles",
    "createsDatabases",
    "replicates",
    "memberOf",
)


def made_by_migrations(url: str) -> dict[str, Any]:
    """Return what a database holds that was migrated and not touched since."""
    with connect(url) as connection, reading(connection):
        relations = [name for (name,) in connection.execute(_MADE)]
        found = read_catalog(connection, relations)
    subjects: dict[str, Any] = {name: found.of(name) for name in MADE_BY_MIGRATIONS}
    return subjects | {"roles": _own_roles(found)}


def _own_roles(found: SystemCatalog) -> dict[str, Any]:
    named = {facts["owner"] for facts in found.of("tables").values()}
    named |= {facts["grantee"] for facts in found.of("grants").values()}
    return {
        name: {fact: facts[fact] for fact in _OF_ROLES}
        for name, facts in found.of("roles").items()
        if name in named
    }


def as_text(subjects: dict[str, Any]) -> str:
    """Return the catalog as JSON with a line for each object, so that differences are readable."""
    parts = []
    for subject in sorted(subjects):
        lines = [
            f"  {json.dumps(name)}: {json.dumps(facts, sort_keys=True)}"
            for name, facts in sorted(subjects[subject].items())
        ]
        parts.append(f"{json.dumps(subject)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(path: Path = CATALOG) -> None:
    """Migrate a fresh database and write down what it holds."""
    with (
        server() as server_url,
        template_database(server_url) as template,
        fresh_database(server_url, template) as url,
    ):
        path.write_text(as_text(made_by_migrations(url)), encoding="utf-8")


if __name__ == "__main__":
    main()
