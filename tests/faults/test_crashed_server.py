"""A server process killed by SIGKILL: the whole server recovers, and the apply was, or was not."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

import psycopg
import pytest

from reconciler.database.connection import Connection
from tests.support.databases import template_database
from tests.support.fault_ground import CHANGES, Ground, Said, await_change, ground_of
from tests.support.fault_proxy import Fault, FaultProxy, When
from tests.support.installation import new_installation
from tests.support.servers import POSTGRES_VARIABLE, held_server

PATIENCE_SECONDS = 60
LOOK_EVERY_SECONDS = 0.02
# The server of the tests says "committed" before it has written it down, and would forget it.
REMEMBERING = "ALTER DATABASE {} SET synchronous_commit = on"
OTHER_BACKEND = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="module")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The ground on a server of its own, that nobody else uses."""
    folder = tmp_path_factory.mktemp("crashing")
    with (
        held_server(os.environ.get(POSTGRES_VARIABLE, "18")) as server_url,
        template_database(server_url) as template,
        new_installation(server_url, template, folder) as installation,
    ):
        await_change(installation)
        installation.rows(REMEMBERING.format(installation.database))
        with ground_of(installation) as ground:
            yield ground
            ground.watch.close()


def kill_backend(ground: Ground) -> None:
    """SIGKILL the process that works for the apply, wherever the server runs."""
    ((pid,),) = ground.watch.execute(OTHER_BACKEND.encode()).fetchall()
    with contextlib.suppress(psycopg.Error):
        ground.watch.execute(f"COPY (SELECT) TO PROGRAM 'kill -9 {int(pid)}'".encode())
    # The watcher's own process ends as well, since the server starts anew.
    with pytest.raises(psycopg.OperationalError):
        ground.watch.execute("SELECT pg_sleep(60)")


def recovered(url: str) -> Connection:
    """Return a new connection, as soon as the server lets one in again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE_SECONDS)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOK_EVERY_SECONDS)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("statement", "when"),
    [
        ("pg_advisory_xact_lock", When.BEFORE),
        ("COPY staged_changes", When.AFTER),
        ("INSERT INTO configuration_audit_log", When.AFTER),
        ("COMMIT", When.BEFORE),
        ("COMMIT", When.AFTER),
        ("reconciler_refresh_views", When.BEFORE),
    ],
)
def test_a_server_that_crashes_has_all_or_nothing_and_the_command_knows(
    crashing: Ground, statement: str, when: When
) -> None:
    numbered = list(enumerate(crashing.messages, 1))
    last = max(at for at, message in numbered if statement in message.sql)
    at = crashing.commit_at() if statement == "COMMIT" else last
    fault = Fault(at, when, act=lambda: kill_backend(crashing), cuts=False)
    with FaultProxy(crashing.installation.url, fault) as proxy:
        said = crashing.apply(proxy.url)
    crashing.watch.close()
    crashing.watch = recovered(crashing.installation.owner_url)
    side = crashing.side()
    assert (proxy.fired, said.code) == (1, 0 if side == "after" else 1), (side, said.why)
    assert side in ("before", "after")
    again = crashing.apply(crashing.installation.url)
    assert again == Said(0, "nothing to do" if side == "after" else "")
    assert (crashing.side(), crashing.batches()) == ("after", [CHANGES])
    crashing.restore()
