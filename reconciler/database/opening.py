"""Which database a command works on: a URL, or the embedded server kept beside the project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.database.connection import Connection, connect
from reconciler.database.server.embedded import EmbeddedServer
from reconciler.model.errors import ReconcilerError

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
    keep_out_of_git(home.parent)
    with EmbeddedServer(home) as url, connect(url) as connection:
        yield connection


def keep_out_of_git(folder: Path) -> None:
    """Make git overlook a folder of the program's own files, without touching any other file.

    Raises:
        ReconcilerError: the folder may not be written.
    """
    note = folder / ".gitignore"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not note.exists():
            note.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise ReconcilerError(
            f"cannot keep the embedded database in {folder}: {error.strerror}",
            "Run it in a folder you may write to, or name a database with --database.",
        ) from None
