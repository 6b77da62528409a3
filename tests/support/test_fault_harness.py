"""The harness itself: messages are cut right, and a change of any row is seen and undone."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.database.connection import Connection, connect
from tests.support.content import ContentReader, Remembered
from tests.support.fault_proxy import Fault, FaultProxy, When
from tests.support.frontend_messages import Framing, Message

STARTUP = Message(b"", struct.pack("!i", 196608) + b"user\0postgres\0\0")
ENCRYPTION = Message(b"", struct.pack("!i", 80877103))
TRIGGERS = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2"
SITE = "INSERT INTO sites VALUES (gen_random_uuid(), 'Ghent', 'active', now())"
RUN = (
    "INSERT INTO reconcile_runs (id, kind, status, message, summary, tool_version) "
    "VALUES (gen_random_uuid(), 'apply', 'applied', %s, '{}', '1')"
)

types = st.sampled_from([bytes([byte]) for byte in b"QPBDESHCdcfXp"])
sessions = st.lists(st.builds(Message, types, st.binary(max_size=40)), max_size=8)


@pytest.fixture
def watch(database: str) -> Iterator[Connection]:
    """A session on a database with the whole schema."""
    with connect(database) as connection:
        yield connection


@given(st.booleans(), sessions, st.lists(st.integers(1, 30), max_size=20))
def test_messages_are_found_however_the_bytes_arrive(
    asks: bool, said: list[Message], sizes: list[int]
) -> None:
    session = [*([ENCRYPTION] if asks else []), STARTUP, *said]
    rest = b"".join(message.wire for message in session)
    framing, found = Framing(), list[Message]()
    for size in sizes:
        found += framing.feed(rest[:size])
        rest = rest[size:]
    assert [*found, *framing.feed(rest)] == session


def test_a_message_reads_as_its_kind_and_the_beginning_of_its_statement() -> None:
    query = Message(b"Q", b"-- Why.\nLOCK TABLE\n  sites IN SHARE MODE NOWAIT\0")
    assert str(query) == "Query LOCK TABLE sites IN SHARE"
    parse = Message(b"P", b"name\0SELECT  $1\0\0\0")
    assert (str(parse), parse.sql) == ("Parse SELECT $1", "SELECT $1")
    assert str(STARTUP) == "Startup"


def test_a_proxy_counts_what_is_said_and_changes_nothing(database: str) -> None:
    with FaultProxy(database) as proxy, psycopg.connect(proxy.url, autocommit=True) as through:
        assert through.execute("SELECT %s || 'b'", ["a"]).fetchone() == ("ab",)
        assert through.execute("SELECT 1").fetchone() == (1,)
    kinds = "Startup Parse Bind Describe Execute Sync Query Terminate"
    assert [str(message).split()[0] for message in proxy.messages] == kinds.split()
    assert proxy.describe(7) == "message 7 (Query SELECT 1)"


@pytest.mark.parametrize(("when", "rows"), [(When.BEFORE, 0), (When.AFTER, 1)])
def test_a_link_is_cut_before_the_server_has_a_message_or_after(
    database: str, watch: Connection, when: When, rows: int
) -> None:
    with (
        FaultProxy(database, Fault(2, when)) as proxy,
        psycopg.connect(proxy.url, autocommit=True) as through,
        pytest.raises(psycopg.OperationalError),
    ):
        through.execute(SITE.encode())
    assert proxy.fired == 1
    assert watch.execute("SELECT count(*) FROM sites").fetchone() == (rows,)


def test_what_goes_wrong_in_a_fault_is_raised_where_the_proxy_ends(database: str) -> None:
    def fail() -> None:
        raise LookupError("a mistake of the test")

    with (
        pytest.raises(LookupError, match="a mistake"),
        FaultProxy(database, Fault(1, act=fail)) as proxy,
        pytest.raises(psycopg.OperationalError),
    ):
        psycopg.connect(proxy.url)


def test_rows_that_differ_only_in_what_the_server_makes_up_have_the_same_content(
    watch: Connection,
) -> None:
    reader, remembered = ContentReader(watch), Remembered(watch)
    found = []
    for message in ("one", "one", "two"):
        watch.execute(RUN.encode(), [message])
        found.append(reader.read(watch))
        remembered.restore(watch)
    assert found[0] == found[1] != found[2]


def test_remembered_rows_come_back_and_the_tables_are_guarded_as_before(
    watch: Connection,
) -> None:
    watch.execute(SITE.encode())
    reader, remembered = ContentReader(watch), Remembered(watch)
    before, triggers = reader.read(watch), watch.execute(TRIGGERS).fetchall()
    watch.execute(RUN.encode(), ["one"])
    watch.execute("UPDATE sites SET name = 'Gent'")
    changed = reader.read(watch)
    assert {name for name in before if before[name] != changed[name]} == {"reconcile_runs", "sites"}
    remembered.restore(watch)
    assert reader.read(watch) == before
    assert watch.execute(TRIGGERS).fetchall() == triggers
    watch.execute(RUN.encode(), ["one"])
    with pytest.raises(psycopg.errors.RestrictViolation):
        watch.execute("DELETE FROM reconcile_runs")
