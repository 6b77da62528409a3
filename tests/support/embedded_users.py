"""Users of an embedded server in processes of their own, and what can be seen of the server."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from reconciler.database.server.embedded import wheel_binaries
from tests.support.servers import PROJECT

# A user of the server in a process of its own, which may first become another account (root only).
# That account may be unable to read Python's own folder, so nothing is imported afterwards.
USER_PROGRAM = """
import encodings.ascii, encodings.idna, os, sys
from pathlib import Path
import psycopg
from reconciler.database.server.embedded import EmbeddedServer

home, binaries, uid, gid = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
if os.geteuid() != uid:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
with EmbeddedServer(home, binaries=binaries, durable=False) as url:
    with psycopg.connect(url) as connection:
        owner = connection.execute("SELECT current_user").fetchone()[0]
    print(os.geteuid(), owner, url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_process(
    home: Path, *, binaries: Path | None = None, uid: int | None = None, gid: int | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield a process that uses the server, and what it printed; it leaves when its input ends."""
    command = [
        *(sys.executable, "-c", USER_PROGRAM, str(home), str(binaries or wheel_binaries())),
        *(str(os.geteuid() if uid is None else uid), str(os.getegid() if gid is None else gid)),
    ]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.communicate(timeout=60)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def postmaster(url: str) -> int:
    """The process id of the server, which a backend knows as its parent."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    return int(row[0].splitlines()[0])


def is_running(pid: int) -> bool:
    """Whether the process lives; one that ended and that nobody waited for does not."""
    answer = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, encoding="utf-8", check=False
    )
    return answer.stdout.strip()[:1] not in {"", "Z"}


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def write_mark(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE mark ()")


def has_mark(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('mark')").fetchone() != (None,)
