"""Whoever is granted one site learns nothing of another, whatever is tried.

Every attempt is made in two databases that differ in one thing: only one has the other site, with
rows in every table. No word of those rows is shown, no table changes, and all that the server
answers is the same as if they were not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from reconciler.database.connection import Connection
from tests.support.databases import fresh_database
from tests.support.installation import BREMEN, Installation, table_digests
from tests.support.isolation_attempts import ATTEMPTS
from tests.support.logins import READER, SIGNER, Login, grant_site, new_login
from tests.support.planted_site import SITE, WORD, plant

_WORDS = re.compile(rf"{WORD}[\w-]*")
# What differs between two sessions, or two databases, whatever is in them.
_OWN = re.compile(r"pg_(toast_)?temp_\d+|test_[0-9a-f]{32}")
_HIDDEN = re.compile(r"cork|dayton|0[cd]000000-0000-4000-8000-00000000000[23]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Worlds:
    """The same installation with and without the other site, and a login granted Bremen."""

    inhabited: str
    empty: str
    login: Login
    digest: dict[str, tuple[Any, ...]]


@pytest.fixture(scope="module", params=[READER, SIGNER])
def worlds(
    request: pytest.FixtureRequest, server_url: str, signed_installation: Installation
) -> Iterator[Worlds]:
    with ExitStack() as stack:
        inhabited, empty = (
            stack.enter_context(fresh_database(server_url, signed_installation.database))
            for _ in range(2)
        )
        login = stack.enter_context(new_login(inhabited, request.param, also_in=[empty]))
        with psycopg.connect(inhabited, autocommit=True) as connection:
            plant(connection)
        for world in (inhabited, empty):
            grant_site(world, BREMEN, login)
            with psycopg.connect(world, autocommit=True) as connection:
                connection.execute("ANALYZE")
        with psycopg.connect(inhabited) as connection:
            digest = table_digests(connection)
        yield Worlds(inhabited, empty, login, digest)


def test_there_are_enough_attempts() -> None:
    assert len(ATTEMPTS) >= 40


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_shows_changes_and_infers_nothing(worlds: Worlds, name: str) -> None:
    statements = ATTEMPTS[name]
    answers = made(worlds.login, worlds.inhabited, statements)
    with psycopg.connect(worlds.inhabited) as owner:
        assert table_digests(owner) == worlds.digest
    said = "\n".join(answers)
    asked = "\n".join(statements)
    assert set(_WORDS.findall(said)) <= set(_WORDS.findall(asked))
    assert str(SITE) not in said or str(SITE) in asked
    assert _HIDDEN.findall(said) == []
    assert answers == made(worlds.login, worlds.empty, statements)


def made(login: Login, database: str, statements: list[str]) -> list[str]:
    """Make an attempt and commit it; return all that came back, statement by statement."""
    answers: list[str] = []
    with login.connection(database) as connection:
        connection.add_notice_handler(lambda diag: answers.append(f"notice: {_said(diag)}"))
        connection.execute("BEGIN")
        for statement in statements:
            try:
                answers.append(_answer(connection, statement))
            except psycopg.Error as error:
                connection.execute("ROLLBACK TO SAVEPOINT before")
                answers.append(f"{error.sqlstate}: {_said(error.diag)}")
        connection.execute("COMMIT")
    return [_OWN.sub("own", answer) for answer in answers]


def _answer(connection: Connection, statement: str) -> str:
    # By itself: where a server cannot parse the statement, it would run nothing of both.
    connection.execute("SAVEPOINT before")
    if statement.startswith("COPY"):
        with connection.cursor().copy(statement.encode()) as copied:
            return b"".join(bytes(part) for part in copied).decode()
    cursor = connection.execute(statement.encode())
    rows = cursor.fetchall() if cursor.description else []
    return f"{cursor.statusmessage} {rows}"


def _said(diag: psycopg.errors.Diagnostic) -> str:
    parts = (diag.message_primary, diag.message_detail, diag.message_hint, diag.context)
    return " / ".join(part for part in parts if part)
