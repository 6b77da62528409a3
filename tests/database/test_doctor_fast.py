"""The fast part of the examination: what an apply must not begin with."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from reconciler.database.connection import Connection, connect
from reconciler.operations.doctor import examine_on, fast
from tests.database import weakened_access, weakenings
from tests.database.weakenings import Weakening
from tests.support.databases import fresh_database

FAST = {
    "row-security-off",
    "row-security-not-forced",
    "trigger-missing",
    "trigger-disabled",
    "trigger-not-always",
    "synchronous-commit-off",
    "replica-session",
}
WEAKENINGS = [
    weakening
    for weakening in (
        *weakenings.TABLES,
        *weakenings.TRIGGERS,
        *weakened_access.SURROUNDINGS,
    )
    if weakening.found[0][0] in FAST
]
MILLISECONDS = 20


@pytest.fixture(scope="module")
def migrated(server_url: str, template: str) -> Iterator[str]:
    """A migrated database, which no test changes for good."""
    with fresh_database(server_url, template) as url:
        yield url


@pytest.fixture
def connection(migrated: str) -> Iterator[Connection]:
    """A superuser's connection in a transaction that is rolled back."""
    with connect(migrated) as opened:
        opened.execute("BEGIN")
        opened.execute("SET LOCAL synchronous_commit = on")
        yield opened
        opened.execute("ROLLBACK")


def run(connection: Connection, statements: str) -> None:
    connection.execute(statements.encode())


def codes(connection: Connection, *, trusted: bool = False) -> list[str]:
    return [weakness.code for weakness in fast(connection, trusted=trusted)]


def test_each_of_these_weaknesses_is_among_those_tried() -> None:
    assert {weakening.found[0][0] for weakening in WEAKENINGS} == FAST


@pytest.mark.parametrize("weakening", WEAKENINGS, ids=str)
def test_it_says_of_a_weakness_what_the_whole_examination_says(
    connection: Connection, weakening: Weakening
) -> None:
    run(connection, weakening.statements)
    whole = [w for w in examine_on(connection).weaknesses if w.code in FAST]
    assert fast(connection, trusted=True) == whole != []


def test_a_member_of_the_service_role_may_apply(connection: Connection) -> None:
    run(
        connection,
        "CREATE ROLE robot LOGIN IN ROLE reconciler_service; SET LOCAL SESSION AUTHORIZATION robot",
    )
    assert codes(connection) == []


def test_a_superuser_may_apply_only_where_it_is_trusted(connection: Connection) -> None:
    assert codes(connection) == ["session-superuser"]
    assert codes(connection, trusted=True) == []


def test_a_superuser_is_not_hidden_by_another_role(connection: Connection) -> None:
    run(connection, "SET LOCAL ROLE reconciler_service")
    assert codes(connection) == ["session-superuser"]


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ("BYPASSRLS IN ROLE reconciler_service", "session-bypasses"),
        ("IN ROLE reconciler_service, above", "session-superuser"),
        ("IN ROLE reconciler_service, reconciler_owner", "session-owner"),
    ],
)
def test_a_login_that_could_go_past_row_security_may_not_apply(
    connection: Connection, attributes: str, code: str
) -> None:
    run(
        connection,
        f'CREATE ROLE above SUPERUSER; CREATE ROLE "a robot" LOGIN {attributes}; '
        'SET LOCAL SESSION AUTHORIZATION "a robot"',
    )
    (found,) = fast(connection, trusted=False)
    assert (found.code, found.name) == (code, '"a robot"')


@pytest.mark.parametrize(
    ("attributes", "also"),
    [
        ("", []),
        ("IN ROLE reconciler_auditor", []),
        ("NOINHERIT IN ROLE reconciler_service", []),
        ("NOINHERIT IN ROLE reconciler_service, above", ["session-superuser"]),
        ("NOINHERIT IN ROLE reconciler_service, reconciler_owner", ["session-owner"]),
    ],
)
def test_a_login_without_the_services_rights_may_not_apply_whatever_it_may_become(
    connection: Connection, attributes: str, also: list[str]
) -> None:
    run(
        connection,
        f"CREATE ROLE above SUPERUSER; CREATE ROLE robot LOGIN {attributes}; "
        "SET LOCAL SESSION AUTHORIZATION robot",
    )
    assert codes(connection) == ["session-not-service", *also]


def test_a_login_that_takes_the_services_role_may_apply(connection: Connection) -> None:
    run(
        connection,
        "CREATE ROLE robot LOGIN NOINHERIT IN ROLE reconciler_service; "
        "SET LOCAL SESSION AUTHORIZATION robot; SET LOCAL ROLE reconciler_service",
    )
    assert codes(connection) == []


def test_a_database_without_the_schema_is_not_judged(empty_database: str) -> None:
    with connect(empty_database) as opened:
        opened.execute("SET synchronous_commit = on")
        assert codes(opened, trusted=True) == []


def test_it_changes_no_setting_of_the_session(connection: Connection) -> None:
    before = connection.execute("SHOW search_path").fetchone()
    fast(connection, trusted=False)
    assert connection.execute("SHOW search_path").fetchone() == before


def test_it_is_not_to_be_noticed_in_an_apply(connection: Connection) -> None:
    def milliseconds() -> float:
        started = time.perf_counter()
        fast(connection, trusted=False)
        return (time.perf_counter() - started) * 1000

    # The least of many: what else the machine does is not what is measured.
    assert min(milliseconds() for _ in range(30)) < MILLISECONDS
