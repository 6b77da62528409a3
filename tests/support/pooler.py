"""PgBouncer in transaction mode before a server, with so few connections that clients share them.

It is found in PATH; a machine without it has no such pooler, and whoever asks for one fails.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from reconciler.database.server.folder import server_account

POOL_SIZE = 2
"""How many connections to the server each user has in each database."""

_PROGRAM = "pgbouncer"
_START_SECONDS = 30
_STOP_SECONDS = 30
# Nothing but the defaults beside what is needed to start it: no startup parameter is overlooked,
# and nothing is reset between transactions.
_CONFIGURATION = """\
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
query_wait_timeout = 30
auth_type = trust
auth_file = {users}
auth_user = {superuser}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
"""


class NoPoolerError(Exception):
    """There is no pooler on this machine, or it did not start."""


@contextlib.contextmanager
def pooler(server_url: str, size: int = POOL_SIZE) -> Iterator[str]:
    """Yield the URL at which a pooler passes on to a server of one's own, for any database.

    Args:
        server_url: the server, at a socket that trusts everybody who gets there.
        size: how many connections to the server each user has in each database.

    Raises:
        NoPoolerError: it could not be had.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise NoPoolerError(f"there is no {_PROGRAM} in PATH; install it (Debian: {_PROGRAM})")
    upstream, listen = conninfo_to_dict(server_url), _free_port()
    with tempfile.TemporaryDirectory(prefix="reconciler-pooler-") as made:
        folder = Path(made)
        users = folder / "users.txt"
        users.write_text(f'"{upstream["user"]}" ""\n', encoding="utf-8")
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            _CONFIGURATION.format(
                host=upstream["host"],
                port=upstream.get("port", 5432),
                listen=listen,
                size=size,
                users=users,
                superuser=upstream["user"],
            ),
            encoding="utf-8",
        )
        _give_to_server_account(folder)
        with _running([program, str(settings)], folder / "said") as process:
            parts = urlsplit(server_url)._replace(
                netloc=f"{upstream['user']}@127.0.0.1:{listen}", query=""
            )
            _await(parts.geturl(), process, folder / "said")
            yield parts.geturl()


def _give_to_server_account(folder: Path) -> None:
    """Let the account that may open the server's socket read the settings."""
    account = server_account()
    if not account.is_ours:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.uid, account.gid)


@contextlib.contextmanager
def _running(command: list[str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    account = server_account()
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=None if account.is_ours else account.uid,
            group=None if account.is_ours else account.gid,
            extra_groups=None if account.is_ours else (),
        )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(url: str, process: subprocess.Popen[bytes], said: Path) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=_START_SECONDS).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > give_up:
                words = said.read_text(encoding="utf-8", errors="replace")
                raise NoPoolerError(f"{_PROGRAM} does not answer: {error}\n{words}") from error
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
