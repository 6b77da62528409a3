"""The programs of one PostgreSQL server: initdb, start, stop, and whether it listens.

Nothing here knows who uses the server; callers see to it that two of them never start or stop
it at the same time.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from reconciler.database.server.binaries import copy_binaries
from reconciler.database.server.folder import PORT, ServerFolder, is_usable
from reconciler.model.errors import ReconcilerError

SUPERUSER = "postgres"

_PATIENCE_SECONDS = 60
_ORPHAN_SECONDS = 15.0
_LOG_LINES = 12
_ALWAYS = (
    ("listen_addresses", ""),
    ("port", str(PORT)),
    ("unix_socket_permissions", "0700"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
)
# A crash of the machine may cost everything: only for databases that are thrown away.
_NOT_DURABLE = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"))


class ServerProcess(Struct, frozen=True):
    """One server: its places, its programs, and whether it survives a crash of the machine."""

    folder: ServerFolder
    binaries: Path
    durable: bool

    @classmethod
    def prepared(cls, folder: ServerFolder, binaries: Path, *, durable: bool) -> ServerProcess:
        """Return the server with programs its account can run: ``binaries``, or a copy of them."""
        if not is_usable(binaries.resolve(), folder.account):
            binaries = copy_binaries(binaries, folder.base / "binaries")
        return cls(folder=folder, binaries=binaries, durable=durable)

    def url(self, database: str) -> str:
        """Return the libpq URL of ``database``, with no need of anything in the environment."""
        host = quote(str(self.folder.sockets), safe="")
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={host}&port={PORT}"

    def start(self) -> None:
        """Start the server, creating its data folder first where there is none.

        Raises:
            ReconcilerError: it did not start (with its last words), or the data were made by
                another major version.
        """
        self._initialise()
        self._require_same_major()
        # Backends outlive a killed postmaster for a moment, and hold its shared memory.
        orphans_may_live = (self.folder.data / "postmaster.pid").exists()
        give_up = time.monotonic() + (_ORPHAN_SECONDS if orphans_may_live else 0)
        while not self._started():
            if time.monotonic() >= give_up:
                raise ReconcilerError(
                    f"the embedded PostgreSQL did not start:\n{self._last_words()}",
                    hint=f"its log is {self.folder.log}",
                )
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server if it runs; open transactions are rolled back.

        Raises:
            ReconcilerError: it still runs, even after an immediate shutdown.
        """
        for mode in ("fast", "immediate"):
            if not listens(self.folder):
                return
            self._run("pg_ctl", "stop", "-D", "data", "-m", mode, "-w", "-t", "30")
        if listens(self.folder):
            raise ReconcilerError(
                f"the embedded PostgreSQL in {self.folder.data} does not stop",
                hint=f"its log is {self.folder.log}",
            )

    def _started(self) -> bool:
        self.folder.log.unlink(missing_ok=True)
        chosen = [*_ALWAYS, ("unix_socket_directories", str(self.folder.sockets))]
        if not self.durable:
            chosen += _NOT_DURABLE
        # pg_ctl hands this text to a shell of its own.
        options = shlex.join(part for name, value in chosen for part in ("-c", f"{name}={value}"))
        finished = self._run(
            *("pg_ctl", "start", "-D", "data", "-l", "server.log", "-o", options),
            *("-s", "-w", "-t", str(_PATIENCE_SECONDS)),
        )
        return finished.returncode == 0

    def _initialise(self) -> None:
        """Create the data folder in one step: a killed initdb leaves nothing that looks whole."""
        if (self.folder.data / "PG_VERSION").exists():
            return
        unfinished = self.folder.server / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        finished = self._run(
            *("initdb", "-D", unfinished.name, "--username", SUPERUSER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C"),
            *(() if self.durable else ("--no-sync",)),
        )
        if finished.returncode != 0:
            words = finished.stderr.strip() or finished.stdout.strip()
            raise ReconcilerError(f"initdb failed in {self.folder.server}:\n{words}")
        unfinished.rename(self.folder.data)

    def _require_same_major(self) -> None:
        made_by = (self.folder.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        answer = self._run("postgres", "--version").stdout
        found = re.search(r"\d+", answer)
        if found is None:
            raise ReconcilerError(f"{self.binaries / 'postgres'} does not run")
        if found.group() != made_by:
            raise ReconcilerError(
                f"the data in {self.folder.data} were made by PostgreSQL {made_by}, "
                f"and {self.binaries} is PostgreSQL {found.group()}",
                hint=f"use PostgreSQL {made_by}, or dump there, remove the folder and restore",
            )

    def _last_words(self) -> str:
        try:
            lines = self.folder.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return "(it wrote no log)"
        return "\n".join(lines[-_LOG_LINES:])

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs to its end, as the server's account."""
        account = self.folder.account
        groups: Sequence[int] | None = None if account.is_ours else ()
        # A session of its own: Ctrl-C in a terminal is for the reconciler, which stops the
        # server in its turn.
        return subprocess.run(  # noqa: S603 - a list, without a shell, of our own making
            [str(self.binaries / program), *arguments],
            cwd=self.folder.server,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            start_new_session=True,
            user=None if account.is_ours else account.uid,
            group=None if account.is_ours else account.gid,
            extra_groups=groups,
        )


def listens(folder: ServerFolder) -> bool:
    """Tell whether a server answers at the socket, be it only that it is starting up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        try:
            client.connect(str(folder.socket))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _environment() -> dict[str, str]:
    """The caller's environment without what would change the server: PG*, locale, time zone."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
