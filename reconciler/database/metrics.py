"""The figures for monitoring, read set-based. Nothing here commits or opens a transaction."""

from __future__ import annotations

import time
from uuid import UUID

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query
from reconciler.database.state import drifted_sites
from reconciler.model.metrics import RunFigures, SiteFigures, TableSize

TABLES = (
    "compliance_signoffs",
    "configuration_audit_archive",
    "configuration_audit_chain",
    "configuration_audit_log",
    "configuration_snapshots",
    "reconcile_runs",
    "site_applied_rollups",
    "site_extension_config_versions",
    "site_extension_configs",
)
_NO_SITES = SiteFigures(None, None, 0, 0, 0, 0, 0, 0, None, None)
_TIMED = ("archive", "audit_history", "snapshot")


def limit_statements(connection: Connection, seconds: float) -> None:
    """Have the server end every statement of this transaction that takes longer."""
    limit = f"{max(1, int(seconds * 1000))}ms"
    connection.execute("SELECT set_config('statement_timeout', %s, TRUE)", [limit])


def table_sizes(connection: Connection) -> tuple[TableSize, ...]:
    """Return the sizes of the tables that only grow, and of the live one."""
    rows = connection.execute(query("metrics/sizes"), {"tables": list(TABLES)})
    return tuple(TableSize(*row) for row in rows)


def run_figures(connection: Connection) -> tuple[RunFigures, ...]:
    """Return the runs by kind and outcome."""
    return tuple(RunFigures(*row) for row in connection.execute(query("metrics/runs")))


def site_figures(
    connection: Connection, *, per_site: bool
) -> tuple[tuple[SiteFigures, ...], UUID | None]:
    """Return the figures of each site or of all together, and the site with most audit rows."""
    every_site = [site for (site,) in connection.execute(query("metrics/site_ids"))]
    asked = {"per_site": per_site, "drifted": list(drifted_sites(connection, every_site))}
    rows = connection.execute(query("metrics/sites"), asked).fetchall()
    if not rows:
        return (() if per_site else (_NO_SITES,)), None
    return tuple(SiteFigures(*row[:-1]) for row in rows), rows[0][-1]


def newest_snapshot_at(connection: Connection) -> float | None:
    """Return when the newest snapshot was made, in Unix time; None where there is none."""
    row = connection.execute(query("metrics/newest_snapshot")).fetchone()
    return row[0] if row else None


def query_seconds(connection: Connection, site: UUID) -> dict[str, float]:
    """Return how long typical queries take at a site, until all rows have arrived."""
    taken = {}
    for name in _TIMED:
        began = time.perf_counter()
        connection.execute(query(f"metrics/{name}"), {"site": site}).fetchall()
        taken[name] = time.perf_counter() - began
    return taken
