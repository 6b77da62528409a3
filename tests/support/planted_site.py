"""A site with rows in every table, each full of words that nobody else may ever be shown.

Every word begins with ``unseen``, so that it is recognized wherever it turns up.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from reconciler.database.connection import Connection

SITE = UUID("0e5ee000-0000-4000-8000-00000000000b")
USER = UUID("a0e5ee00-0000-4000-8000-00000000000b")
WORD = "unseen"
EXTENSION, HASH = "unseen-extension", "sha256:unseen-hash"

_STATEMENTS = Path(__file__).with_suffix(".sql")

SITE_TABLES = (
    "site_access",
    "site_extension_configs",
    "site_extension_config_versions",
    "compliance_requirements",
    "compliance_signoffs",
    "configuration_audit_log",
    "configuration_audit_archive",
    "configuration_audit_chain",
    "extension_dependency_cache",
    "extension_conflicts_detected",
    "configuration_snapshots",
    "site_derived_records",
    "v_site_config_status",
    "v_unsigned_compliance",
)


def plant(connection: Connection) -> None:
    """Write the site as a superuser, in one transaction that passes for the reconciler's."""
    with connection.transaction():
        connection.execute(_STATEMENTS.read_bytes())
