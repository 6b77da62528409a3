"""The server for the tests: the one asked for, nothing left of it, and never a silent skip."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from reconciler.database.connection import connect
from reconciler.database.migrations import create_machshop_tables, migrate
from reconciler.database.server.embedded import EmbeddedServer, wheel_binaries
from tests.support.container_engine import container_engine
from tests.support.databases import fresh_database
from tests.support.servers import (
    POSTGRES_VARIABLE,
    PROJECT,
    URL_VARIABLE,
    NoServerError,
    held_server,
    server,
)
from tests.support.sizes import LONGEST_FILE, too_large

OWNER_PROGRAM = """
import os, sys
from tests.support.servers import held_server
with held_server(sys.argv[1]) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_server_given_by_url_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "postgresql://tester@db.example/postgres"
    monkeypatch.setenv(URL_VARIABLE, given)
    with server() as url:
        assert url == given


def test_a_given_server_that_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "host=db.example")
    with pytest.raises(NoServerError, match=URL_VARIABLE), server():
        pass


def test_a_server_that_cannot_be_had_fails_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.setenv(POSTGRES_VARIABLE, str(PROJECT / "tests"))
    with pytest.raises(NoServerError, match="holds no initdb"), server():
        pass


@pytest.mark.parametrize("major", [16, 18])
def test_a_folder_with_programs_gives_a_server_of_that_version(major: int) -> None:
    with held_server(str(wheel_binaries(major))) as url, psycopg.connect(url) as connection:
        assert connection.info.server_version // 10_000 == major
    assert not answers(url)


def test_the_server_ends_when_the_test_process_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER_PROGRAM, str(wheel_binaries())],
        cwd=PROJECT,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        assert answers(url)
        owner.send_signal(signal.SIGKILL)
    give_up = time.monotonic() + 30
    while answers(url) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not answers(url)


def test_long_files_and_functions_are_found_by_name(tmp_path: Path) -> None:
    for folder, longest in LONGEST_FILE.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "longest.py").write_text("pass\n" * longest, encoding="utf-8")
    body = "    pass\n" * 60
    (tmp_path / "reconciler" / "large.py").write_text(f"def far():\n{body}", encoding="utf-8")
    (tmp_path / "tests" / "large.py").write_text("pass\n" * 501, encoding="utf-8")
    assert list(too_large(tmp_path)) == [
        "reconciler/large.py:1: far has 61 lines, and 60 are allowed",
        "tests/large.py: the file has 501 lines, and 500 are allowed",
    ]


def test_a_container_is_what_the_tests_run_on_where_an_engine_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    embedded = EmbeddedServer(tmp_path / "home", durable=False)
    request.addfinalizer(embedded.remove)
    with embedded as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE test SUPERUSER LOGIN")
            connection.execute("CREATE DATABASE test OWNER test")
        path = Path(str(conninfo_to_dict(url)["host"]), ".s.PGSQL.5432")
        with container_engine(path) as engine:
            monkeypatch.setenv("DOCKER_HOST", engine.host)
            monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
            monkeypatch.delenv(URL_VARIABLE, raising=False)
            monkeypatch.setenv(POSTGRES_VARIABLE, "17")
            with server() as from_container, fresh_database(from_container) as database:
                assert from_container.startswith("postgresql://test:test@")
                with connect(database) as connection:
                    create_machshop_tables(connection)
                    assert migrate(connection)
        assert engine.images == ["postgres:17"]
        assert "DELETE /containers/c0ffee" in engine.asked
