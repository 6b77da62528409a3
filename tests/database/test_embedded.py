"""The embedded server: shared by its users, gone with the last, whole after any kill."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reconciler.database.embedded import EmbeddedServer, wheel_binaries
from reconciler.database.server_binaries import copy_binaries
from reconciler.database.server_folder import open_server_folder, server_account
from reconciler.model.errors import ReconcilerError

PROJECT = Path(__file__).parents[2]

# A user of the server in a process of its own, which may first become another account (root only).
# That account may be unable to read Python's own folder, so nothing is imported afterwards.
USER_PROGRAM = """
import encodings.ascii, encodings.idna, os, sys
from pathlib import Path
import psycopg
from reconciler.database.embedded import EmbeddedServer

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


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that nothing is left of, neither files nor a server."""
    folder = tmp_path / "postgres"
    yield folder
    EmbeddedServer(folder).remove()


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


def test_a_first_user_gets_the_database_machshop_over_a_private_socket(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        facts = conninfo_to_dict(url)
        folder = Path(str(facts["host"]))
        assert facts["dbname"] == "machshop"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == server_account().uid
        assert setting(url, "listen_addresses") == ""


def test_no_server_process_is_left_when_the_only_user_leaves(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        pid = postmaster(url)
        assert is_running(pid)
    assert not is_running(pid)
    assert not answers(url)


def test_the_data_survive_from_one_use_to_the_next(home: Path) -> None:
    with EmbeddedServer(home) as url:
        write_mark(url)
    with EmbeddedServer(home) as url:
        assert has_mark(url)


def test_the_server_is_durable_unless_told_otherwise(home: Path) -> None:
    with EmbeddedServer(home) as url:
        assert [setting(url, name) for name in ("fsync", "full_page_writes")] == ["on", "on"]
    with EmbeddedServer(home, durable=False) as url:
        assert [setting(url, name) for name in ("fsync", "full_page_writes")] == ["off", "off"]


def test_the_callers_environment_changes_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGDATA": "/nowhere",
        "PGPORT": "1",
        "PGHOST": "nowhere.invalid",
        "PGUSER": "nobody-known",
        "PGDATABASE": "nowhere",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "TZ": "Asia/Kathmandu",
    }.items():
        monkeypatch.setenv(name, value)
    with EmbeddedServer(home, durable=False) as url:
        assert setting(url, "TimeZone") == "UTC"
        assert setting(url, "lc_messages") == "C"
        assert setting(url, "server_encoding") == "UTF8"
        with psycopg.connect(url) as connection:
            collation = connection.execute(
                "SELECT datcollate FROM pg_database WHERE datname = 'machshop'"
            ).fetchone()
        assert collation == ("C",)


def test_a_second_user_finds_the_same_server_and_keeps_it(home: Path) -> None:
    with another_process(home) as (other, _):
        with EmbeddedServer(home, durable=False) as url:
            first = postmaster(url)
        assert answers(url), "the other process still uses it"
        assert postmaster(url) == first
        other.communicate(timeout=60)
        assert not answers(url)


def test_many_users_who_come_and_go_at_once_all_get_an_answer(home: Path) -> None:
    with contextlib.ExitStack() as users:
        printed = [users.enter_context(another_process(home))[1] for _ in range(4)]
    urls = {line.split()[2] for line in printed}
    assert len(urls) == 1
    assert not answers(urls.pop())


def test_the_server_of_a_killed_owner_is_used_and_stopped_by_the_next_user(home: Path) -> None:
    with another_process(home) as (owner, printed):
        left_behind = postmaster(printed.split()[2])
        owner.kill()
    assert is_running(left_behind)
    with EmbeddedServer(home, durable=False) as url:
        assert postmaster(url) == left_behind
    assert not is_running(left_behind)


def test_a_killed_postmaster_is_replaced_and_no_committed_row_is_lost(home: Path) -> None:
    with EmbeddedServer(home) as url:
        write_mark(url)
        os.kill(postmaster(url), signal.SIGKILL)
    with EmbeddedServer(home) as url:
        assert has_mark(url)


def test_a_data_folder_that_initdb_did_not_finish_is_made_anew(home: Path) -> None:
    home.mkdir()
    folder = open_server_folder(home)
    unfinished = folder.server / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n", encoding="ascii")
    with EmbeddedServer(home, durable=False) as url:
        assert answers(url)
    assert not unfinished.exists()


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with EmbeddedServer(home, durable=False):
        pass
    data = open_server_folder(home).data
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("shared_buffers = 'a heap'\n")
    with (
        pytest.raises(ReconcilerError, match="shared_buffers"),
        EmbeddedServer(home, durable=False),
    ):
        pass


def test_data_of_another_major_version_are_refused_naming_both(home: Path) -> None:
    with EmbeddedServer(home, binaries=wheel_binaries(16), durable=False):
        pass
    with pytest.raises(ReconcilerError, match=r"by PostgreSQL 16.*is PostgreSQL 18") as raised:
        EmbeddedServer(home).__enter__()
    assert raised.value.hint is not None
    assert "PostgreSQL 16" in raised.value.hint


def test_a_home_with_a_long_and_awkward_path_works(tmp_path: Path) -> None:
    home = tmp_path / 'an "awkward", $HOME of' / ("x" * 100) / "postgres"
    server = EmbeddedServer(home, durable=False)
    try:
        with server as url:
            folder = str(conninfo_to_dict(url)["host"])
            assert answers(url)
            assert len(f"{folder}/.s.PGSQL.5432") < 104
    finally:
        server.remove()
    assert not home.exists()
    assert not Path(folder).exists()


def test_a_folder_of_somebody_elses_making_is_not_used(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    home.mkdir()
    (tmp_path / "trap").mkdir()
    (open_server_folder(home).server).rmdir()
    trap = open_server_folder(home).server
    trap.rmdir()
    trap.symlink_to(tmp_path / "trap")
    with pytest.raises(ReconcilerError, match="not a folder of user"):
        EmbeddedServer(home).__enter__()
    trap.unlink()
    EmbeddedServer(home).remove()


def test_a_server_in_use_is_not_removed(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        with pytest.raises(ReconcilerError, match="in use"):
            EmbeddedServer(home).remove()
        assert answers(url)


def test_a_server_left_behind_is_stopped_before_it_is_removed(home: Path) -> None:
    with another_process(home) as (owner, printed):
        left_behind = postmaster(printed.split()[2])
        owner.kill()
    EmbeddedServer(home).remove()
    assert not is_running(left_behind)
    assert not home.exists()


def test_an_unprivileged_user_runs_a_server_without_anything_of_roots() -> None:
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="reconciler-test-"))
    try:
        binaries = copy_binaries(wheel_binaries(), folder / "binaries")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = another_process(
            folder / "home", binaries=binaries, uid=nobody.pw_uid, gid=nobody.pw_gid
        )
        with user as (_, printed):
            uid, role, url = printed.split()
            assert (int(uid), role) == (nobody.pw_uid, "postgres")
            assert (folder / "home" / "server" / "data").stat().st_uid == nobody.pw_uid
        assert not answers(url)
    finally:
        shutil.rmtree(folder)


def test_a_folder_without_programs_is_refused_by_name(home: Path, tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="holds no initdb and no pg_ctl and no postgres"):
        EmbeddedServer(home, binaries=tmp_path).__enter__()


def test_a_version_that_the_wheel_does_not_bring_is_refused() -> None:
    with pytest.raises(ReconcilerError, match="as 16 and 18, not as 9"):
        wheel_binaries(9)


def test_an_absent_wheel_names_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with_wheel = str(wheel_binaries().parents[2])
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != with_wheel])
    with pytest.raises(ReconcilerError) as raised:
        wheel_binaries()
    assert "site-config-reconciler[embedded]" in str(raised.value.hint)


def test_starting_is_quick_when_the_data_exist(home: Path) -> None:
    with EmbeddedServer(home, durable=False):
        pass
    before = time.monotonic()
    with EmbeddedServer(home, durable=False) as url:
        seconds = time.monotonic() - before
        assert answers(url)
    assert seconds < 5, "a loaded machine is slow, a needless initdb or a lost wait slower"


def test_a_path_that_is_a_socket_of_nobody_is_not_taken_for_a_server(home: Path) -> None:
    home.mkdir()
    folder = open_server_folder(home)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder.socket))
    with EmbeddedServer(home, durable=False) as url:
        assert answers(url)
