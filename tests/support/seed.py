"""Installations as MachShop's own schema has them, before the reconciler came; with a catalog."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

from reconciler.database.connection import connect
from tests.support.databases import fresh_database

_HERE = Path(__file__).parent
TABLES = (
    "site_extension_configs",
    "compliance_signoffs",
    "configuration_audit_log",
    "extension_dependency_cache",
    "extension_conflicts_detected",
    "configuration_snapshots",
)
_MANIFEST = """\
id: {extension}
version: {version}
name: {extension}
type: integration
category: other
apiVersion: v2.0
mesVersion: 4.0.0
description: What the tests adopt.
extensionSchemaVersion: "2.0"
foundationTier: application
configuration:
  properties:
    line: {{type: integer}}
    mode: {{enum: [fast, safe]}}
    limits: {{type: object, properties: {{high: {{type: number}}, low: {{type: number}}}}}}
    names: {{type: array, items: {{type: string}}}}
    enabled: {{type: boolean}}
  required: [line, mode]
compliance:
  complianceModel: enforced
  delegations:
    - {{aspect: data-transfer-validation, delegatedTo: quality-manager, requiresSignoff: true}}
    - {{aspect: signature-validation, delegatedTo: quality-focal, requiresSignoff: true}}
"""


def statement(name: str) -> LiteralString:
    """Return the text of one of the `.sql` files beside this module."""
    return _HERE.joinpath(f"{name}.sql").read_text("utf-8")


def make_seed(url: str, sites: int = 3, extensions: int = 8) -> None:
    """Make MachShop's own schema in an empty database, with rows in every table.

    Beside them is a migration table of MachShop's own. What the tables hold is kept in the schema
    ``kept`` as well.
    """
    with connect(url) as connection:
        connection.execute(statement("seed"))
        connection.execute("CREATE TABLE schema_migrations AS SELECT '20250101' AS version")
        numbers = {"sites": sites, "extensions": extensions}
        connection.execute(statement("seed_rows"), numbers)
        connection.execute("ANALYZE")


def keep(url: str) -> None:
    """Keep a copy of what the tables hold now, to compare with."""
    with connect(url) as connection:
        connection.execute("CREATE SCHEMA kept")
        for table in TABLES:
            connection.execute(f"CREATE TABLE kept.old_{table} AS TABLE public.{table}".encode())


@contextlib.contextmanager
def seeded(server_url: str, sites: int = 3, extensions: int = 8) -> Iterator[str]:
    """Yield the URL of a database with MachShop's own schema and rows."""
    with fresh_database(server_url) as url:
        make_seed(url, sites, extensions)
        keep(url)
        yield url


def write_manifests(folder: Path, extensions: int = 8) -> Path:
    """Write a catalog that has every version that runs, each asking for two signatures."""
    for number in range(1, extensions + 1):
        extension, version = f"extension-{number}", f"1.0.{number % 7}"
        target = folder / "extensions" / extension / f"{version}.yaml"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _MANIFEST.format(extension=extension, version=version)
        target.write_text(text, encoding="utf-8")
    return folder
