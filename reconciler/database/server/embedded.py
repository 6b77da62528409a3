"""The database called ``embedded``: a real PostgreSQL server in a folder, shared by its users.

Whoever enters first starts the server and whoever leaves last stops it. Who uses it is known
from shared locks on a file in its home, which the kernel drops with a killed process: a server
left behind is found by the next user and stopped when that one leaves.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from reconciler.database.server.binaries import require_programs, wheel_binaries
from reconciler.database.server.folder import open_server_folder
from reconciler.database.server.process import ServerProcess, listens
from reconciler.model.errors import ReconcilerError

__all__ = ["EmbeddedServer", "wheel_binaries"]

DATABASE = "machshop"

_LOCK_SECONDS = 120.0
_ANSWER_SECONDS = 60.0
_POLL_SECONDS = 0.02


class EmbeddedServer:
    """A PostgreSQL server kept in ``home``, to be used in a ``with`` statement.

    The URL it gives is that of the database ``machshop``, as superuser, over a Unix socket that
    only the caller (and root) can open. Any number of processes may use the same home at once.

    Args:
        home: the folder that keeps the server from one use to the next.
        binaries: a folder with initdb, pg_ctl and postgres; the wheel's PostgreSQL 18 if None.
        durable: False makes it faster, and lose everything when the machine crashes.
    """

    def __init__(self, home: Path, *, binaries: Path | None = None, durable: bool = True) -> None:
        self._home = home
        self._binaries = binaries
        self._durable = durable
        self._process: ServerProcess | None = None
        self._use: int | None = None

    def __enter__(self) -> str:
        """Start the server unless it runs; return the URL of its database.

        Raises:
            ReconcilerError: the server could not be had; the message says why.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with self._starting_or_stopping():
            self._use = _open_lock(self._home / "users.lock")
            fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self._process = self._prepared()
                with _connected(self._process) as connection:
                    _create_database(connection)
            except BaseException:
                self._leave()
                raise
            return self._process.url(DATABASE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server, unless somebody else uses it."""
        with self._starting_or_stopping():
            self._leave()

    def remove(self) -> None:
        """Remove the home and everything kept for it, the database included.

        Raises:
            ReconcilerError: the server is in use.
        """
        if not self._home.exists():
            return
        with self._starting_or_stopping():
            use = _open_lock(self._home / "users.lock")
            try:
                if not _is_alone(use):
                    raise ReconcilerError(f"the embedded PostgreSQL in {self._home} is in use")
                folder = open_server_folder(self._home)
                if listens(folder):
                    self._prepared().stop()
                for kept in (folder.sockets.parent, folder.base, self._home):
                    shutil.rmtree(kept, ignore_errors=True)
            finally:
                os.close(use)

    def _prepared(self) -> ServerProcess:
        binaries = wheel_binaries() if self._binaries is None else self._binaries.absolute()
        require_programs(binaries)
        folder = open_server_folder(self._home)
        return ServerProcess.prepared(folder, binaries, durable=self._durable)

    def _leave(self) -> None:
        if self._use is None:
            return
        use, self._use = self._use, None
        try:
            if self._process is not None and _is_alone(use):
                self._process.stop()
        finally:
            os.close(use)

    @contextlib.contextmanager
    def _starting_or_stopping(self) -> Iterator[None]:
        """Keep every other user of this home from starting or stopping the server."""
        lock = _open_lock(self._home / "control.lock")
        try:
            give_up = time.monotonic() + _LOCK_SECONDS
            while not _is_alone(lock):
                if time.monotonic() > give_up:
                    raise ReconcilerError(
                        f"another process has been starting or stopping the embedded PostgreSQL "
                        f"in {self._home} for {_LOCK_SECONDS:.0f} s",
                        hint="find it with: fuser " + str(self._home / "control.lock"),
                    )
                time.sleep(_POLL_SECONDS)
            yield
        finally:
            os.close(lock)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise ReconcilerError(
            f"the embedded PostgreSQL in {path.parent} belongs to another user",
            hint="run as that user, or choose another folder",
        ) from None


def _is_alone(lock: int) -> bool:
    """Take the lock exclusively if nobody else holds it; tell whether that succeeded."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _connected(process: ServerProcess) -> psycopg.Connection[Any]:
    """Return a connection to the running server, having started it where it does not run.

    A server that was left behind may be recovering or shutting down: it is waited for.
    """
    give_up = time.monotonic() + _ANSWER_SECONDS
    while True:
        if not listens(process.folder):
            process.start()
        try:
            return psycopg.connect(process.url("postgres"), autocommit=True)
        except psycopg.OperationalError as error:
            if time.monotonic() > give_up:
                raise ReconcilerError(
                    f"the embedded PostgreSQL runs and does not answer: {error}",
                    hint=f"its log is {process.folder.log}",
                ) from error
        time.sleep(_POLL_SECONDS)


def _create_database(connection: psycopg.Connection[Any]) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if known.fetchone() is None:
        connection.execute("CREATE DATABASE machshop")
