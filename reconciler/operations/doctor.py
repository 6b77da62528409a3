"""Whether a live database keeps what the migrations promise. Nothing here writes."""

from __future__ import annotations

from reconciler.database.connection import Connection, OpenDatabase, reading
from reconciler.database.system_catalog import (
    expected_catalog,
    fast_reading,
    read_catalog,
    relations_of,
)
from reconciler.model.errors import BlockedError
from reconciler.model.weakness import Examination, Weakness, sorted_weaknesses
from reconciler.model.weaknesses import ALL_WEAKNESSES, access
from reconciler.operations.plan import require_current_schema
from reconciler.rules.doctor.check import weaknesses

_OF_SESSION = frozenset({"session-superuser", "session-bypasses", "session-owner"})


def examine(open_database: OpenDatabase) -> Examination:
    """Read one moment of the catalog, and compare it with what the migrations make."""
    with open_database() as connection, reading(connection):
        return examine_on(connection)


def examine_on(connection: Connection) -> Examination:
    """Do the same in the caller's transaction, whose search path is another afterwards."""
    expected = expected_catalog()
    found = read_catalog(connection, relations_of(expected))
    return Examination(weaknesses(expected, found), found.unchecked)


def require_safe(connection: Connection, *, trusted: bool) -> None:
    """Refuse to go on towards writing where ``fast``, which takes the same, finds anything.

    Raises:
        BlockedError: with everything that was found. No ``--force`` passes it: what would be
            written could not be relied on, and the record of the force neither.
        ReconcilerError: the schema is not the program's, so that it cannot be judged.
    """
    found = fast(connection, trusted=trusted)
    if not found:
        return
    # Without the service's rights there may be none to read the record of migrations.
    if access.SESSION_NOT_SERVICE.code not in {each.code for each in found}:
        require_current_schema(connection)
    raise BlockedError(
        "nothing may be applied here: the database would not keep what it promises",
        "Nothing was written, and --force does not change that. `reconciler db doctor` looks at "
        "everything.",
        details=[f"[{each.code}] {each.message}: {each.hint}" for each in found],
    )


def fast(connection: Connection, *, trusted: bool) -> list[Weakness]:
    """Return what must keep an apply from writing, from a single query.

    That is: a login that row-level security does not hold for, that may assume the owner or that
    has not the service's rights; row security not forced; triggers missing, disabled or not
    ALWAYS; commits that are not waited for, and a session that keeps no foreign keys. The
    connection may be in a transaction or not; no setting of it is changed.

    Args:
        connection: the one that is to write.
        trusted: True for a server where the program is alone, as the embedded one: there the
            login may be a superuser.
    """
    return [
        *sorted_weaknesses(
            ALL_WEAKNESSES[code].of(name, facts)
            for code, name, facts in fast_reading(connection, expected_catalog())
            if not (trusted and code in _OF_SESSION)
        )
    ]
