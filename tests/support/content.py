"""What a database's tables say, comparable between runs, and a quick way back to an earlier moment.

Two runs that write the same differ in what the server makes up for each: random ids, times,
sequence numbers, transaction numbers. Those are left out here; everything else counts.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from psycopg import sql

from reconciler.database.connection import Connection

Content: TypeAlias = dict[str, tuple[int, str]]
"""By table, how many rows it has and a hash over what they say."""

# The fixed ids of tests/support/installation.py hold "-0000-4000-8000-"; all others are random.
_RANDOM_ID = "[0-9a-f]{8}-(?!0000-4000-8000-)[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# The hashes of the audit chain are over random ids.
_HASH = r"\\\\x[0-9a-f]{64}"
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*([+-]\d\d(:?\d\d)?|Z)?"
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
ORDER BY relname
"""
_MADE_UP = """
SELECT attname FROM pg_attribute
WHERE attrelid = %(table)s::regclass AND attname = 'sequence'
UNION
SELECT attname FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
WHERE adrelid = %(table)s::regclass AND attgenerated = ''
  AND pg_get_expr(adbin, adrelid)
      ~ 'gen_random_uuid|now\\(|_timestamp|CURRENT_TIMESTAMP|nextval|pg_current_xact_id'
"""
_CONTENT = """
SELECT {name}, count(*)::int, md5(coalesce(string_agg(said, ' ' ORDER BY said COLLATE "C"), ''))
FROM (
    SELECT regexp_replace(
        regexp_replace((to_jsonb(kept) - {made_up}::text[])::text, {random_id}, 'id', 'g'),
        {time}, 'time', 'g') AS said
    FROM {table} AS kept WHERE {evident}
) AS rows
"""
# A failed or refused run leaves a row that says so: evidence, and no part of what was written.
_EVIDENT = {"reconcile_runs": sql.SQL("status = 'applied'")}

_STORED = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
# Before PostgreSQL 15 what a partition has of its parent's triggers passes for internal.
_TRIGGERS = """
SELECT relname, tgname, tgenabled = 'A' FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND tgenabled IN ('O', 'A')
  AND (NOT tgisinternal OR (tgparentid <> 0 AND tgconstraint = 0))
"""


def tables_of(connection: Connection) -> list[str]:
    """Return the names of all tables, partitions not by themselves."""
    return [name for (name,) in connection.execute(_TABLES)]


class ContentReader:
    """Reads what all tables of one schema say, by one statement."""

    def __init__(self, connection: Connection) -> None:
        parts = [_content_of(connection, table) for table in tables_of(connection)]
        self._query = sql.SQL(" UNION ALL ").join(parts)

    def read(self, connection: Connection) -> Content:
        """Return what the tables say now."""
        rows = connection.execute(self._query)
        return {table: (count, digest) for table, count, digest in rows}


def _content_of(connection: Connection, table: str) -> sql.Composed:
    made_up = [name for (name,) in connection.execute(_MADE_UP, {"table": table})]
    return sql.SQL(_CONTENT).format(
        name=sql.Literal(table),
        table=sql.Identifier(table),
        made_up=sql.Literal(made_up),
        random_id=sql.Literal(f"{_RANDOM_ID}|{_HASH}"),
        time=sql.Literal(_TIME),
        evident=_EVIDENT.get(table, sql.SQL("TRUE")),
    )


class Remembered:
    """The rows of all tables at the moment this is made, and the way back to them.

    Copying a database anew takes a third of a second, this a hundredth. Append-only tables are
    emptied with their triggers off, and the triggers are as before when it commits.
    """

    def __init__(self, connection: Connection) -> None:
        tables = tables_of(connection)
        connection.execute("CREATE SCHEMA remembered")
        for table in tables:
            connection.execute(
                sql.SQL("CREATE TABLE remembered.{0} AS TABLE public.{0}").format(
                    sql.Identifier(table)
                )
            )
        disable = [
            sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table))
            for table in tables
        ]
        refill = [_refill(connection, table) for table in tables]
        enable = [_enable(*trigger) for trigger in connection.execute(_TRIGGERS)]
        begin = sql.SQL("BEGIN; SET LOCAL session_replication_role = replica")
        steps = [begin, *disable, *refill, *enable, sql.SQL("COMMIT")]
        self._back = sql.SQL("; ").join(steps)

    def restore(self, connection: Connection) -> None:
        """Make every table what it was; committed when it returns."""
        connection.execute(self._back)


def _refill(connection: Connection, table: str) -> sql.Composed:
    columns = [sql.Identifier(name) for (name,) in connection.execute(_STORED, [table])]
    return sql.SQL(
        "DELETE FROM {0}; INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE "
        "SELECT {1} FROM remembered.{0}"
    ).format(sql.Identifier(table), sql.SQL(", ").join(columns))


def _enable(table: str, trigger: str, always: Any) -> sql.Composed:
    return sql.SQL("ALTER TABLE ONLY {} ENABLE {} {}").format(
        sql.Identifier(table),
        sql.SQL("ALWAYS TRIGGER" if always else "TRIGGER"),
        sql.Identifier(trigger),
    )
