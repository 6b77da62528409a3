"""A server behind a pooler, and installations that are reached through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.databases import fresh_database, template_database, url_of_database
from tests.support.fault_ground import await_change
from tests.support.installation import (
    Installation,
    copied_installation,
    make_repository,
    new_installation,
)
from tests.support.pooler import pooler
from tests.support.servers import held_server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the pooler."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.pooler)


@dataclass(frozen=True, slots=True)
class Pooled:
    """A server, reached directly and through its pooler."""

    direct: str
    pooler: str

    def through(self, url: str) -> str:
        """Return the pooler's URL of the database that a direct URL names."""
        return url_of_database(self.pooler, urlsplit(url).path.removeprefix("/"))


@pytest.fixture(scope="session")
def pooled() -> Iterator[Pooled]:
    """A server with a pooler before it."""
    with held_server("18") as direct, pooler(direct) as url:
        yield Pooled(direct, url)


@pytest.fixture
def empty(pooled: Pooled, tmp_path: Path) -> Iterator[Installation]:
    """An installation, reached through the pooler, whose database has nothing in it."""
    make_repository(tmp_path / "repository")
    with fresh_database(pooled.direct) as url:
        yield Installation(tmp_path / "repository", pooled.through(url))


@pytest.fixture(scope="session")
def waiting(pooled: Pooled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation, reached directly, with a change that waits; only for copying."""
    folder = tmp_path_factory.mktemp("waiting")
    with (
        template_database(pooled.direct) as template,
        new_installation(pooled.direct, template, folder) as made,
    ):
        await_change(made)
        yield made


@pytest.fixture
def direct(pooled: Pooled, waiting: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An installation of the test's own with a change that waits, reached directly."""
    with copied_installation(pooled.direct, waiting, tmp_path / "repository") as copy:
        yield copy


@pytest.fixture
def installation(pooled: Pooled, direct: Installation) -> Installation:
    """The same installation, reached through the pooler."""
    return replace(direct, owner_url=pooled.through(direct.owner_url))
