"""The schema: numbered, forward-only migrations, each applied once and never edited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from msgspec import Struct

from reconciler.database.connection import Connection
from reconciler.database.sql_files import query, sql_root
from reconciler.model.errors import ReconcilerError

_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.sql")
# Functions pin the search path they are created under; pg_temp must come last in it.
_SCHEMA_PUBLIC = "SET LOCAL search_path = public, pg_temp"
_MACHSHOP_TABLES = ["public.sites", "public.users"]


class Migration(Struct, frozen=True):
    """One step of the schema."""

    version: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file, so that an edit of an applied migration is noticed."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class MigrationState(Struct, frozen=True):
    """Where a database's schema stands."""

    applied: tuple[Migration, ...]
    pending: tuple[Migration, ...]


def all_migrations() -> tuple[Migration, ...]:
    """Return the product's migrations, oldest first."""
    found = []
    for entry in (sql_root() / "migrations").iterdir():
        if match := _NAME.fullmatch(entry.name):
            text = entry.read_text(encoding="utf-8")
            found.append(Migration(int(match["version"]), match["name"], text))
    return tuple(sorted(found, key=lambda migration: migration.version))


def create_machshop_tables(connection: Connection) -> None:
    """Create MachShop's `sites` and `users` where they are absent. Commits."""
    with connection.transaction():
        connection.execute(_SCHEMA_PUBLIC)
        connection.execute(sql_root().joinpath("machshop_tables.sql").read_text(encoding="utf-8"))


def migration_state(connection: Connection) -> MigrationState:
    """Return which migrations the database has and lacks. Writes nothing.

    Raises:
        ReconcilerError: an applied migration was edited, or the schema is newer than the program.
    """
    return _state(connection if migration_record_exists(connection) else None)


def migration_record_exists(connection: Connection) -> bool:
    """Return whether any migration was ever applied, or is being applied by this transaction."""
    return bool(_present(connection, ["public.reconciler_migrations"]))


def migrate(connection: Connection, *, lock_timeout: float = 60.0) -> Sequence[Migration]:
    """Apply every pending migration, each in its own transaction under the installation's lock.

    Args:
        connection: in autocommit mode.
        lock_timeout: seconds to wait for the lock of another run.

    Returns:
        The migrations that this call applied.

    Raises:
        ReconcilerError: MachShop's tables are missing, or a migration was edited.
    """
    require_machshop_tables(connection)
    applied: list[Migration] = []
    while (migration := _apply_next(connection, lock_timeout)) is not None:
        applied.append(migration)
    return applied


def require_machshop_tables(connection: Connection) -> None:
    """Refuse a database that MachShop is not installed in.

    Raises:
        ReconcilerError: it lacks `sites` or `users`.
    """
    missing = set(_MACHSHOP_TABLES) - _present(connection, _MACHSHOP_TABLES)
    if missing:
        raise ReconcilerError(
            f"this database has no table {' and no table '.join(sorted(missing))}",
            "They belong to MachShop: name MachShop's own database, or, for an empty one, "
            "run `reconciler db bootstrap`. Other schemas than public are not supported.",
        )


def _apply_next(connection: Connection, lock_timeout: float) -> Migration | None:
    """Apply the oldest pending migration; what is pending is read under the lock."""
    with connection.transaction():
        lock_for_migrating(connection, lock_timeout)
        pending = _begun(connection)
        if not pending:
            return None
        _apply(connection, pending[0])
        return pending[0]


def lock_for_migrating(connection: Connection, lock_timeout: float) -> None:
    """Take the installation's lock until the open transaction ends, and look at `public` only."""
    connection.execute(
        "SELECT set_config('lock_timeout', %s, TRUE)", [f"{int(lock_timeout * 1000)}ms"]
    )
    connection.execute(query("apply/lock"))
    connection.execute(_SCHEMA_PUBLIC)
    connection.execute("SET LOCAL client_min_messages = warning")


def apply_all(connection: Connection) -> Sequence[Migration]:
    """Apply every pending migration in the open transaction, which holds the lock; return them."""
    pending = _begun(connection)
    for migration in pending:
        _apply(connection, migration)
    return pending


def _begun(connection: Connection) -> tuple[Migration, ...]:
    connection.execute(query("migrations/create_table"))
    return _state(connection).pending


def _apply(connection: Connection, migration: Migration) -> None:
    connection.execute(migration.text)
    connection.execute(
        query("migrations/record"),
        {"version": migration.version, "name": migration.name, "checksum": migration.checksum},
    )


def _state(connection: Connection | None) -> MigrationState:
    """Compare the record of migrations (None: there is no record yet) with the program's own."""
    recorded = connection.execute(query("migrations/applied")).fetchall() if connection else []
    known = {migration.version: migration for migration in all_migrations()}
    for version, name, checksum, _ in recorded:
        migration = known.pop(version, None)
        if migration is None:
            raise ReconcilerError(
                f"the database has migration {version} ({name}), which this program does not know",
                "The schema is newer than the program: upgrade the program.",
            )
        if migration.checksum != checksum:
            raise ReconcilerError(
                f"migration {version} ({name}) was edited after it was applied",
                "Restore the file and put the change into a new migration.",
            )
    applied_versions = {row[0] for row in recorded}
    return MigrationState(
        applied=tuple(m for m in all_migrations() if m.version in applied_versions),
        pending=tuple(known.values()),
    )


def _present(connection: Connection, names: list[str]) -> set[str]:
    rows = connection.execute(query("migrations/present_tables"), {"names": names})
    return {name for (name,) in rows}
