"""``reconciler demo``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.text import Text

from reconciler.cli.app import Command
from reconciler.cli.main import run
from reconciler.cli.output import Output
from reconciler.database.demonstration import COLLEAGUE, edit_behind_back, row_counts
from reconciler.database.opening import EMBEDDED_HOME, keep_out_of_git
from reconciler.database.server.embedded import EmbeddedServer
from reconciler.desired.demonstration import BRANCH, EDITED_EXTENSION, make_repository
from reconciler.model.errors import ReconcilerError
from reconciler.report.counting import counted
from reconciler.settings import Settings


@click.command(cls=Command, example="reconciler demo")
@click.pass_obj
def demo(settings: Settings) -> int:
    """See all of it: plan, apply, drift and healing on an embedded PostgreSQL.

    Works in a folder of its own under the temp directory, and leaves nothing behind.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        root = Path(folder).resolve()
        repository = root / "machshop"
        home = repository / EMBEDDED_HOME
        repository.mkdir()
        keep_out_of_git(home.parent)
        server = EmbeddedServer(home)
        try:
            with server as url, _inside(repository):
                make_repository(repository)
                _Tour(settings, url).walk()
        finally:
            server.remove()
    return 0


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in ``folder``, on the embedded database in it, as a person would without settings."""
    before = Path.cwd()
    ignored = {name: os.environ.pop(name) for name in list(os.environ) if _is_setting(name)}
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.update(ignored)


def _is_setting(name: str) -> bool:
    return name == "DATABASE_URL" or name.startswith("RECONCILER_")


class _Tour:
    """The steps of the demonstration: each says what it shows, and runs real commands."""

    def __init__(self, settings: Settings, url: str) -> None:
        self.output = Output(settings)
        self.url = url

    def walk(self) -> None:
        self._title("Four plants as YAML in git, and an empty PostgreSQL")
        self._run("validate")
        self._run("db", "bootstrap")
        self._title("What would apply do? One plant of the four")
        self._run("plan", "--site", "penang")
        self._title("Apply all of it in one transaction; a second apply finds nothing to do")
        self._run("apply", "--yes", "--quiet")
        self._count()
        self._run("apply", "--yes")
        self._count()
        self._title("Somebody edits a row at night, behind the reconciler's back")
        edit_behind_back(self.url, EDITED_EXTENSION)
        self._say(f"  {COLLEAGUE} sets syncInterval to 5, with psql")
        self._run("drift", "--detailed-exitcode", expect=2)
        self._run("drift", "--heal", "--yes", "--quiet")
        self._run("drift", "--detailed-exitcode")
        self._title("A pull request changes two files: the report that would be posted")
        self._run("plan", "--ref", BRANCH, "--base", "main", "--format", "markdown")

    def _count(self) -> None:
        counts = row_counts(self.url)
        self._say("  in the database: " + ", ".join(counted(n, what) for what, n in counts.items()))

    def _title(self, text: str) -> None:
        self._say("")
        self.output.console.rule(Text(text, style="bold"), align="left")

    def _say(self, text: str) -> None:
        self.output.console.print(Text(text, style="magenta"), soft_wrap=True)

    def _run(self, *arguments: str, expect: int = 0) -> None:
        """Show and run one command of the program.

        Raises:
            ReconcilerError: it ended otherwise than the demonstration expects.
        """
        self.output.console.print()
        self.output.console.print(Text(f"$ reconciler {' '.join(arguments)}", style="bold cyan"))
        sys.stdout.flush()
        code = run(list(arguments))
        sys.stdout.flush()
        if code != expect:
            raise ReconcilerError(
                f"`reconciler {' '.join(arguments)}` ended with {code}, not {expect}",
                "The messages above say why.",
            )
