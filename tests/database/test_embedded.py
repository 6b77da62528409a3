"""The embedded server: where it keeps what, how it is set, and what it refuses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reconciler.database.server.embedded import EmbeddedServer, wheel_binaries
from reconciler.database.server.folder import open_server_folder, server_account
from reconciler.model.errors import ReconcilerError
from tests.support.embedded_users import (
    answers,
    has_mark,
    setting,
    write_mark,
)


def test_a_first_user_gets_the_database_machshop_over_a_private_socket(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        facts = conninfo_to_dict(url)
        folder = Path(str(facts["host"]))
        assert facts["dbname"] == "machshop"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_uid == server_account().uid
        assert setting(url, "listen_addresses") == ""


def test_the_data_survive_from_one_use_to_the_next(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as url:
        write_mark(url)
    with EmbeddedServer(home, durable=False) as url:
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


def test_a_path_that_is_a_socket_of_nobody_is_not_taken_for_a_server(home: Path) -> None:
    home.mkdir()
    folder = open_server_folder(home)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder.socket))
    with EmbeddedServer(home, durable=False) as url:
        assert answers(url)
