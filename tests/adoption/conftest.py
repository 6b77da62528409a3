"""A seeded database, adopted once for the tests that only look at what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.database.connection import connect
from reconciler.model.adoption import Adoption
from reconciler.operations.adoption import adopt
from tests.cli.conftest import command, program
from tests.operations.conftest import applied, bootstrapped, installation
from tests.support.installation import make_repository
from tests.support.seed import seeded

__all__ = ["applied", "bootstrapped", "command", "installation", "program"]


@pytest.fixture
def seed(server_url: str, template: str) -> Iterator[str]:
    """The URL of a database with MachShop's own schema and rows, for the test alone."""
    assert template, "the roles are there already"
    with seeded(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def adopted(server_url: str, template: str) -> Iterator[tuple[str, Adoption]]:
    """The URL of a database that was adopted, and what was said of it; not to be changed."""
    assert template, "the roles are there already"
    with seeded(server_url) as url:
        with connect(url) as connection:
            done = adopt(connection)
        assert done is not None
        yield url, done


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """A desired state that validates."""
    make_repository(tmp_path / "plain")
    return str(tmp_path / "plain" / "desired-state")
