"""Two servers: one that archives its WAL, backed up and lost; and one restored from what is left.

Both are embedded servers, on the programs of the ``embedded`` extra alone; they, and what is
copied, wait for no disk, since all of it is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from reconciler.database.server.embedded import EmbeddedServer, wheel_binaries
from reconciler.database.server.folder import open_server_folder, server_account
from reconciler.database.server.process import listens

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.05


class DrillError(Exception):
    """The drill cannot go on; the message says where."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A base backup: its folder, how large it is, how long it took, where its WAL begins."""

    folder: Path
    bytes: int
    seconds: float
    begins_at: str


@contextmanager
def archive_folder(home: Path) -> Iterator[Path]:
    """Yield a folder that servers may write to, as whoever they run; removed afterwards."""
    home.mkdir()
    try:
        yield open_server_folder(home).server
    finally:
        EmbeddedServer(home).remove()


@contextmanager
def archiving_server(home: Path, archive: Path) -> Iterator[str]:
    """Yield the URL of a new server that copies its WAL to ``archive``. Removed afterwards."""
    server = EmbeddedServer(home, durable=False)
    try:
        with server as url, psycopg.connect(url, autocommit=True) as connection:
            for name, value in _archiving(archive):
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), value)
                )
        with server as url:
            yield url
    finally:
        server.remove()


def _archiving(archive: Path) -> Iterator[tuple[str, sql.Literal]]:
    target = f"{_quoted(archive)}/%f"
    yield "archive_mode", sql.Literal("on")
    yield "archive_command", sql.Literal(f"test ! -f {target} && cp %p {target}")


def _quoted(folder: Path) -> str:
    """Quote for the server's shell; a per cent sign begins a place holder there."""
    return shlex.quote(str(folder)).replace("%", "%%")


def base_backup(url: str, folder: Path) -> Backup:
    """Copy the running server into ``folder``, and verify the copy against its manifest."""
    began = time.monotonic()
    postgres_program(
        *("pg_basebackup", "--dbname", url, "--pgdata", str(folder)),
        *("--wal-method", "none", "--checkpoint", "fast", "--no-sync"),
        *("--manifest-checksums", "SHA256"),
    )
    seconds = time.monotonic() - began
    _verify(folder)
    label = (folder / "backup_label").read_text(encoding="utf-8")
    begins_at = label.partition("START WAL LOCATION: ")[2].split()[0]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Backup(folder, size, seconds, begins_at)


def _verify(folder: Path) -> None:
    """Compare a backup with its manifest, as pg_verifybackup does, which not every build has."""
    manifest = json.loads((folder / "backup_manifest").read_text(encoding="utf-8"))
    for entry in manifest["Files"]:
        found = hashlib.sha256((folder / entry["Path"]).read_bytes()).hexdigest()
        if found != entry["Checksum"]:
            raise DrillError(f"{entry['Path']} in the backup is not as its manifest says")


def postgres_program(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs to its end.

    Raises:
        DrillError: it failed; the message holds what it said.
    """
    done = subprocess.run(
        [str(wheel_binaries() / program), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise DrillError(f"{program} failed:\n{done.stderr.strip()}")


def archive_everything(url: str) -> int:
    """Have the server archive what it wrote, as ``archive_timeout`` does; count the segments."""
    with psycopg.connect(url, autocommit=True) as connection:
        segment = _value(connection, "SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        connection.execute("SELECT pg_switch_wal()")
        give_up = time.monotonic() + _PATIENCE_SECONDS
        archived = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"
        while str(_value(connection, archived)) < str(segment):
            if time.monotonic() > give_up:
                raise DrillError(f"segment {segment} was not archived")
            time.sleep(_POLL_SECONDS)
        return int(str(_value(connection, "SELECT archived_count FROM pg_stat_archiver")))


def lose(home: Path) -> None:
    """Kill the server with SIGKILL, and delete its data."""
    folder = open_server_folder(home)
    lines = (folder.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while listens(folder) or folder.data.exists():
        if time.monotonic() > give_up:
            raise DrillError("the killed server still listens, or still writes")
        # Its backends notice only now that they are orphans, and may write once more.
        shutil.rmtree(folder.data, ignore_errors=True)
        time.sleep(_POLL_SECONDS)
    _free_shared_memory(lines)


def _free_shared_memory(lock_file: list[str]) -> None:
    """Free what the killed server had no time for; the next start would, had it its data."""
    if len(lock_file) > 6 and (program := shutil.which("ipcrm")) is not None:
        _, _, identifier = lock_file[6].strip().partition(" ")
        subprocess.run([program, "-m", identifier.strip()], capture_output=True, check=False)


@contextmanager
def restored_server(
    home: Path, backup: Backup, archive: Path, moment: datetime
) -> Iterator[tuple[str, int]]:
    """Restore a backup to a moment; yield the server's URL and the bytes of WAL replayed.

    Whatever was committed at the moment or before it is there, and nothing later. The server is
    removed afterwards.
    """
    home.mkdir()
    data = open_server_folder(home).data
    shutil.copytree(backup.folder, data)
    settings = {
        "archive_mode": "off",
        "restore_command": f"cp {_quoted(archive)}/%f %p",
        "recovery_target_time": moment.isoformat(),
        "recovery_target_action": "promote",
    }
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        for name, value in settings.items():
            doubled = value.replace("'", "''")
            file.write(f"{name} = '{doubled}'\n")
    (data / "recovery.signal").touch()
    _give_to_server(data)
    server = EmbeddedServer(home, durable=False)
    try:
        with server as url:
            yield url, _replayed(url, backup)
    finally:
        server.remove()


def _give_to_server(data: Path) -> None:
    account = server_account()
    data.chmod(0o700)
    if not account.is_ours:
        for path in (data, *data.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _replayed(url: str, backup: Backup) -> int:
    """Wait for the end of recovery; return how many bytes of WAL it replayed."""
    with psycopg.connect(url, autocommit=True) as connection:
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while _value(connection, "SELECT pg_is_in_recovery()"):
            if time.monotonic() > give_up:
                raise DrillError("the recovery did not reach the chosen moment")
            time.sleep(_POLL_SECONDS)
        row = connection.execute(
            "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), %s::pg_lsn)", [backup.begins_at]
        ).fetchone()
    return int(row[0]) if row else 0


def _value(connection: psycopg.Connection[tuple[object, ...]], question: str) -> object:
    row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None
