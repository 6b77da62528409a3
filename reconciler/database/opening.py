"""Which database a command works on: a URL, or the embedded server kept beside the project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.database.connection import Connection, connect
from reconciler.database.server.embedded import EmbeddedServer

EMBEDDED = "embedded"
EMBEDDED_HOME = Path(".reconciler") / "postgres"


@contextmanager
def open_database(database: str, home: Path = EMBEDDED_HOME) -> Iterator[Connection]:
    """Open the installation's database for one command.

    Args:
        database: a PostgreSQL URL or connection string, or ``embedded``.
        home: where the embedded server keeps its data.

    Raises:
        ReconcilerError: the server does not answer, or cannot be started.
    """
    if database != EMBEDDED:
        with connect(database) as connection:
            yield connection
        return
    with EmbeddedServer(home) as url, connect(url) as connection:
        yield connection
