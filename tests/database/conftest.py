"""What database tests share: an installation a module, and homes for embedded servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.database.connection import Connection
from reconciler.database.server.embedded import EmbeddedServer
from tests.support.installation import Installation, new_installation, sign_everything


@pytest.fixture(scope="module")
def signed_installation(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An applied installation with one signoff; its tests share it and must not change it."""
    with new_installation(server_url, template, tmp_path_factory.mktemp("installation")) as made:
        made.apply()
        sign_everything(made)
        made.apply()
        yield made


@pytest.fixture
def connection(signed_installation: Installation) -> Iterator[Connection]:
    """A connection to the shared installation in a transaction that is rolled back."""
    with signed_installation.connection() as opened:
        opened.execute("BEGIN")
        yield opened
        opened.execute("ROLLBACK")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that nothing is left of, neither files nor a server."""
    folder = tmp_path / "postgres"
    yield folder
    EmbeddedServer(folder).remove()
