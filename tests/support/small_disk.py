"""A PostgreSQL server that has a small disk beside its own, for tests of what a full one does.

The disk is a tmpfs in a mount namespace of the server's own: nothing else on the machine sees
it, and it is gone with the server. docs/testing.md says what that takes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors, sql

from reconciler.database.server.embedded import wheel_binaries
from tests.support.servers import POSTGRES_VARIABLE, NoServerError, held_server

_WHEEL_MAJORS = ("16", "18")
_MOUNT = 'mount -t tmpfs -o size=24m,mode=1777 none "$0"'
_NEEDED = (
    "Tests of a full disk mount a tmpfs in a namespace of their own, by unshare and mount of "
    "util-linux: as root with CAP_SYS_ADMIN, or as a user who may make user namespaces."
)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A server by its URL, with a tablespace ``small_disk`` of 24 MiB."""

    server_url: str

    def move_here(self, database: str) -> None:
        """Move a database, to which nobody is connected, to the small disk."""
        moved = sql.SQL("ALTER DATABASE {} SET TABLESPACE small_disk")
        with self._connected() as connection:
            connection.execute(moved.format(sql.Identifier(database)))

    def fill(self) -> None:
        """Leave no room on it, not even for a page."""
        with self._connected() as connection:
            connection.execute("CREATE TABLE filling (filler text) TABLESPACE small_disk")
            connection.execute("ALTER TABLE filling ALTER filler SET STORAGE PLAIN")
            with contextlib.suppress(errors.DiskFull):
                while True:
                    connection.execute("INSERT INTO filling VALUES (repeat('x', 8000))")

    def make_room(self) -> None:
        """Undo ``fill``."""
        with self._connected() as connection:
            connection.execute("DROP TABLE filling")

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server_url, autocommit=True)


@contextlib.contextmanager
def small_disk() -> Iterator[SmallDisk]:
    """Yield a server of the test's own that has a small disk.

    Raises:
        NoServerError: it could not be had; the message says what it takes.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-disk-") as folder, _server(folder) as url:
        # Only the server sees the disk, and what it keeps there must belong to its own user.
        inside = f"{folder}/tablespace"
        make = sql.SQL("COPY (SELECT) TO PROGRAM {}").format(f"mkdir -m 700 '{inside}'")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(make)
            connection.execute(sql.SQL("CREATE TABLESPACE small_disk LOCATION {}").format(inside))
        yield SmallDisk(url)


@contextlib.contextmanager
def _server(disk: str) -> Iterator[str]:
    try:
        with held_server(_wanted(), launcher=_launcher(disk)) as url:
            yield url
    except NoServerError as error:
        raise NoServerError(f"{_NEEDED}\n{error}") from None


def _wanted() -> str:
    """Return the server that the tests run on, but for those that only containers have."""
    wanted = os.environ.get(POSTGRES_VARIABLE, "18")
    if not wanted.isdigit():
        return wanted
    return str(wheel_binaries(int(wanted if wanted in _WHEEL_MAJORS else "18")))


def _launcher(disk: str) -> list[str]:
    """Return what runs a command in a namespace with the disk mounted, as the user we are."""
    if os.geteuid() == 0:
        return ["unshare", "--mount", "sh", "-c", f'{_MOUNT} && exec "$@"', disk]
    # Only root of a namespace may mount, and PostgreSQL refuses root: a second one inside.
    ourselves = f"unshare --user --map-user={os.geteuid()} --map-group={os.getegid()}"
    shell = ["sh", "-c", f'{_MOUNT} && exec {ourselves} "$@"', disk]
    return ["unshare", "--user", "--map-root-user", "--mount", *shell]
