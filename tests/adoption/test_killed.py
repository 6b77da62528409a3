"""An adoption that is killed leaves everything as before or as after, and can be run again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest

from reconciler.database.connection import Connection, connect
from reconciler.model.errors import ReconcilerError
from reconciler.operations.adoption import adopt
from tests.cli.conftest import clean_environment
from tests.support.client_process import Client, running_client
from tests.support.databases import fresh_database
from tests.support.fault_proxy import Fault, FaultProxy, When
from tests.support.seed import TABLES, make_seed

STATE = """
SELECT (SELECT count(*) FROM pg_class WHERE relname = ANY (%s)
        AND relnamespace = 'public'::regnamespace),
       to_regclass('public.reconciler_migrations') IS NULL,
       to_regnamespace('reconciler_adopting') IS NULL,
       (SELECT count(*) FROM public.compliance_signoffs),
       (SELECT count(*) FROM public.configuration_audit_log)
"""
SITES, EXTENSIONS = 1, 2
BEFORE = (6, True, True, 6, 20)
AFTER = (6, False, True, 6, 22)
OTHERS = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
Kind: TypeAlias = tuple[When, Callable[[Connection], None]]
"""When something happens at a message, and what."""


def state(watch: Connection) -> tuple[object, ...]:
    found = watch.execute(STATE, [list(TABLES)]).fetchone()
    assert found is not None
    return tuple(found)


def attempt(url: str) -> bool:
    """Adopt over a URL, and return whether it was said to be done."""
    try:
        with connect(url) as connection:
            return adopt(connection) is not None
    except (ReconcilerError, psycopg.Error):
        return False


def statements(url: str) -> list[int]:
    """Return which messages begin a statement of the adoption, the last of them its COMMIT.

    An adoption that is taken back says the same up to there, where it checks what is deferred.
    """
    with FaultProxy(url) as proxy, connect(proxy.url) as connection:
        assert adopt(connection, commit=False) is not None
    said = [(at, each) for at, each in enumerate(proxy.messages, 1) if each.begins_statement]
    begun = next(at for at, each in said if each.sql.startswith("BEGIN"))
    ended = next(at for at, each in said if each.sql.startswith("SET CONSTRAINTS"))
    return [at for at, _ in said if begun < at <= ended]


@pytest.fixture
def small(server_url: str, template: str) -> Iterator[tuple[str, Connection]]:
    """A seeded database of two configurations, and a session that watches it."""
    assert template, "the roles are there already"
    with fresh_database(server_url) as url:
        make_seed(url, SITES, EXTENSIONS)
        with connect(url) as watch:
            yield url, watch


def end_others(watch: Connection) -> None:
    watch.execute(OTHERS.encode())


def leave(_: Connection) -> None:
    """Do nothing but cut the link."""


def break_off(url: str, watch: Connection, kind: Kind, numbers: Iterable[int]) -> list[object]:
    """Break adoptions off at these messages until one is complete; return what each left."""
    when, act = kind
    found: list[object] = []
    for at in numbers:
        fault = Fault(at, when, act=lambda: act(watch), cuts=act is leave)
        with FaultProxy(url, fault) as proxy:
            said = attempt(proxy.url)
        end_others(watch)
        found.append(state(watch))
        assert proxy.fired == 1
        assert found[-1] in (BEFORE, AFTER), proxy.describe(at)
        assert not said or found[-1] == AFTER, proxy.describe(at)
        if found[-1] == AFTER:
            break
    return found


KINDS: dict[str, Kind] = {
    "backend killed before": (When.BEFORE, end_others),
    "backend killed after": (When.AFTER, end_others),
    "link cut before": (When.BEFORE, leave),
    "link cut after": (When.AFTER, leave),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_adoption_broken_off_is_as_before_or_as_after_and_the_next_one_is_complete(
    small: tuple[str, Connection], kind: str
) -> None:
    url, watch = small
    every = statements(url)
    assert state(watch) == BEFORE
    found = break_off(url, watch, KINDS[kind], [*every[3:-1:14], every[-1]])
    assert len(found) > 5
    assert set(found[:-1]) == {BEFORE}
    assert attempt(url) == (found[-1] == BEFORE)
    assert state(watch) == AFTER


@pytest.mark.faults
@pytest.mark.parametrize("kind", KINDS)
def test_an_adoption_broken_off_at_every_statement_is_as_before_or_as_after(
    small: tuple[str, Connection], kind: str
) -> None:
    url, watch = small
    found = break_off(url, watch, KINDS[kind], statements(url))
    assert len(found) > 60


def test_a_client_killed_in_the_middle_leaves_all_as_before_and_can_be_run_again(
    small: tuple[str, Connection], tmp_path: Path
) -> None:
    url, watch = small
    victim: Future[Client] = Future()
    with FaultProxy(
        url, Fault(60, When.AFTER, lambda: victim.result().kill(), cuts=False)
    ) as proxy:
        environment = clean_environment(tmp_path, DATABASE_URL=proxy.url)
        with running_client(["db", "migrate"], tmp_path, environment, tmp_path / "said") as client:
            victim.set_result(client)
            assert client.ended()[0] == -9
    deadline = time.monotonic() + 20
    while state(watch) != BEFORE:
        assert time.monotonic() < deadline
    assert attempt(url)
    assert state(watch) == AFTER
