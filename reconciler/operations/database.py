"""The schema and the rows that an installation needs before the first apply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from reconciler.database import audit
from reconciler.database.adoption import is_adoptable
from reconciler.database.bootstrap import add_sites_and_users
from reconciler.database.connection import OpenDatabase, writing
from reconciler.database.migrations import (
    Migration,
    MigrationState,
    all_migrations,
    create_machshop_tables,
    migrate,
    migration_state,
)
from reconciler.model.adoption import Adoption
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.operations.adoption import UTC, adopt
from reconciler.operations.desired_state import Source, check_desired_state


class Bootstrap(Struct, frozen=True):
    """What a bootstrap added."""

    migrations: int
    sites: int
    users: int


class Migrated(Struct, frozen=True):
    """The migrations that were applied, or would be, and what was adopted on the way."""

    migrations: Sequence[Migration]
    adoption: Adoption | None = None


def migrate_schema(
    open_database: OpenDatabase, *, timestamps_in: str = UTC, commit: bool = True
) -> Migrated:
    """Apply every pending migration; where MachShop's own tables are, adopt them.

    An adoption is one transaction. Without one, each migration is committed by itself.

    Args:
        open_database: where.
        timestamps_in: the time zone of the times that MachShop's own tables hold.
        commit: without it nothing is changed: an adoption is tried and taken back.

    Raises:
        ReconcilerError: MachShop's own tables cannot be adopted as they are.
    """
    with open_database() as connection:
        if (adoption := adopt(connection, timestamps_in, commit=commit)) is not None:
            return Migrated(all_migrations(), adoption)
        if not commit:
            return Migrated(migration_state(connection).pending)
        return Migrated(migrate(connection))


def schema_status(open_database: OpenDatabase) -> MigrationState:
    """Return which migrations are applied and pending. Writes nothing."""
    with open_database() as connection:
        return migration_state(connection)


def archive_audit(before: datetime, open_database: OpenDatabase) -> int:
    """Move the audit rows from before a time into the archive, all or none; return how many.

    The chain stays as it is, and is verified across both. Commits.
    """
    with open_database() as connection, writing(connection):
        return audit.archive(connection, before)


def bootstrap(source: Source, open_database: OpenDatabase) -> Bootstrap:
    """Create what is absent: MachShop's tables, the schema, the sites and users. Commits.

    Raises:
        InvalidDesiredStateError: the desired state is not valid; nothing was touched.
    """
    checked = check_desired_state(source)
    state = checked.comparable
    if state is None:
        raise InvalidDesiredStateError(checked.diagnostics)
    with open_database() as connection:
        if is_adoptable(connection):
            raise ReconcilerError(
                "this database holds MachShop's own tables, with what is configured there",
                "Run `reconciler db migrate`, which adopts them; docs/adopting.md has the rest.",
            )
        create_machshop_tables(connection)
        applied = migrate(connection)
        added = add_sites_and_users(
            connection, list(state.sites.values()), list(state.users.values())
        )
        return Bootstrap(len(applied), added.sites, added.users)
