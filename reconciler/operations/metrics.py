"""Reading the figures that monitoring watches. Nothing here writes."""

from __future__ import annotations

import time

import psycopg

from reconciler.database import metrics as database
from reconciler.database.connection import Connection, OpenDatabase, reading
from reconciler.database.failures import explained
from reconciler.database.migrations import migration_state
from reconciler.database.state import require_every_site
from reconciler.model.errors import ReconcilerError
from reconciler.model.metrics import Reading


def take_reading(
    open_database: OpenDatabase, *, per_site: bool, timeout: float
) -> Reading | ReconcilerError:
    """Read one moment of the database; return the error where it cannot be read.

    Args:
        open_database: opens it anew.
        per_site: the figures of each site, and not of all together.
        timeout: seconds that one statement may take.
    """
    began = time.perf_counter()
    try:
        with open_database() as connection, reading(connection):
            database.limit_statements(connection, timeout)
            return _reading(connection, began, per_site=per_site)
    except ReconcilerError as error:
        return error
    except psycopg.Error as error:
        return explained(error)


def _reading(connection: Connection, began: float, *, per_site: bool) -> Reading:
    schema = migration_state(connection)
    version = max((migration.version for migration in schema.applied), default=0)
    if schema.pending:
        return Reading(version, len(schema.pending), time.perf_counter() - began)
    require_every_site(connection)
    sites, busiest = database.site_figures(connection, per_site=per_site)
    sizes, runs = database.table_sizes(connection), database.run_figures(connection)
    newest = database.newest_snapshot_at(connection)
    taken = database.query_seconds(connection, busiest) if busiest else {}
    seconds = time.perf_counter() - began
    return Reading(version, 0, seconds, sizes, runs, sites, newest, taken)
