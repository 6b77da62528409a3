"""A GitHub to publish to, and a client whose waits take no time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconciler.publish.github_client import GitHubClient
from reconciler.publish.retrying import Clocks, Limits
from tests.publish.github_server import TOKEN, GitHubServer, serving


@dataclass
class Waits:
    """Clocks that move when somebody sleeps, and remember for how long."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Move on without waiting."""
        self.slept.append(seconds)
        self.now += seconds

    def clocks(self) -> Clocks:
        """Return these clocks as the client takes them."""
        return Clocks(
            monotonic=lambda: self.now,
            wall=lambda: self.now,
            sleep=self.sleep,
            chance=lambda: 1.0,
        )


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    server = GitHubServer()
    with serving(server.answer) as url:
        server.url = url
        yield server


@pytest.fixture
def client(github: GitHubServer, waits: Waits) -> Iterator[GitHubClient]:
    limits = Limits(connect_timeout=1.0, read_timeout=0.3)
    with GitHubClient(github.url, TOKEN, limits=limits, clocks=waits.clocks()) as opened:
        yield opened
