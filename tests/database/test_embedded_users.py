"""The embedded server: shared by its users, gone with the last, whole after any kill."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

from reconciler.database.server.binaries import copy_binaries
from reconciler.database.server.embedded import EmbeddedServer, wheel_binaries
from reconciler.model.errors import ReconcilerError
from tests.support.embedded_users import (
    another_process,
    answers,
    has_mark,
    is_running,
    postmaster,
    write_mark,
)


def test_no_server_process_is_left_when_the_only_user_leaves(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        pid = postmaster(url)
        assert is_running(pid)
    assert not is_running(pid)
    assert not answers(url)


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


def test_starting_is_quick_when_the_data_exist(home: Path) -> None:
    with EmbeddedServer(home, durable=False):
        pass
    before = time.monotonic()
    with EmbeddedServer(home, durable=False) as url:
        seconds = time.monotonic() - before
        assert answers(url)
    assert seconds < 5, "a loaded machine is slow, a needless initdb or a lost wait slower"
