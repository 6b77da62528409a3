"""The edit behind the reconciler's back that the demonstration makes."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from reconciler.database.connection import connect
from reconciler.database.sql_files import query

COLLEAGUE = "night_shift"


def row_counts(url: str) -> dict[str, int]:
    """Return how many rows the tables of the record hold, by what they are."""
    with connect(url) as connection:
        cursor = connection.cursor(row_factory=dict_row)
        counts = cursor.execute(query("demo/counts")).fetchone() or {}
    return {name.replace("_", " "): number for name, number in counts.items()}


def edit_behind_back(url: str, extension: str) -> int:
    """Change a configuration as another database user, with another program. Commits.

    Returns:
        How many rows were edited.
    """
    with connect(url) as connection:
        connection.execute(query("demo/create_colleague"))
        connection.execute(query("demo/grant_colleague"))
    elsewhere = make_conninfo(url, user=COLLEAGUE, application_name="psql")
    with connect(elsewhere) as connection:
        return connection.execute(query("demo/edit_behind_back"), {"extension": extension}).rowcount
