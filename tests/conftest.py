"""The fixtures that tests share: a PostgreSQL server for the session, a database for a test."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import fresh_database, template_database
from tests.support.fault_proxy import FAULT_AT, FAULT_POINTS
from tests.support.memory_folder import write_to_memory
from tests.support.servers import server

MILLION_ROWS = "seconds to verify a million audit rows"

# A pull request does not fail for what only another run's luck would have found. To look further:
# --hypothesis-profile=default.
# How long drawing takes says more about the machine than about a test.
settings.register_profile("steady", derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

write_to_memory()

# Started in the background, a shell has what it starts ignore it, and all that starts in turn.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one message of an apply be named, to break it off only there."""
    parser.addoption(FAULT_AT, type=int, metavar="N", help="with -m faults: only at message N")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL, before ``-m`` chooses by the marks."""
    for item in items:
        if "server_url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at how many points faults were tried, and how long a million rows took."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for report in reports:
        for name, tried in report.user_properties if report.when == "call" else ():
            if name in (FAULT_POINTS, MILLION_ROWS):
                terminalreporter.write_line(f"{name}: {tried}")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a PostgreSQL server where databases may be created."""
    with server() as url:
        yield url


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a database with the whole schema and no rows, for copying."""
    with template_database(server_url) as name:
        yield name


@pytest.fixture
def database(server_url: str, template: str) -> Iterator[str]:
    """The URL of a database with the whole schema and no rows."""
    with fresh_database(server_url, template) as url:
        yield url
