"""Data to stdout, everything said beside it to stderr; colour and progress only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.text import Text

from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.model.plan import Plan
from reconciler.report.escaping import printable
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.plan_text import diagnostics_as_text, plan_as_text
from reconciler.report.terminal import print_diagnostics, print_plan
from reconciler.report.window_text import application_time
from reconciler.settings import Settings, color_from, may_ask


class Output:
    """Where a command writes, and in which of its forms: text, json and others.

    Without one, what a person sees: tables on a terminal, plain text elsewhere.
    """

    def __init__(self, settings: Settings, form: str | None = None) -> None:
        if settings.json and form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other", "Give one.")
        self.settings = settings
        self.form = "json" if settings.json else form
        self.stdout = _console(color=settings.color, stderr=False)
        self.stderr = _console(color=settings.color, stderr=True)

    @property
    def styled(self) -> bool:
        """Whether stdout shows colour and tables."""
        return self.stdout.is_terminal or self.settings.color is True

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""
        return may_ask(os.environ, is_terminal=sys.stdin.isatty() and sys.stderr.isatty())

    def data(self, text: str) -> None:
        """Write the command's result as it is; a reader who has gone is not missed.

        Raises:
            ReconcilerError: it cannot be written.
        """
        self.piece(text if text.endswith("\n") else f"{text}\n")

    def piece(self, text: str) -> None:
        """Write a piece of a long result as it is; a reader who has gone is not missed.

        Raises:
            ReconcilerError: it cannot be written.
        """
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            write_nowhere(sys.stdout)
        except OSError as error:
            # What is left in the buffer would fail again at the interpreter's exit.
            write_nowhere(sys.stdout)
            raise ReconcilerError(
                f"the output cannot be written: {error.strerror}", "Make room for it."
            ) from None

    def say(self, message: str) -> None:
        """Write a remark beside the result, unless told to be quiet."""
        if self.settings.verbosity >= 0:
            self.stderr.print(Text(printable(message)), soft_wrap=True)

    def plan(self, plan: Plan) -> None:
        """Write a plan in the form asked for."""
        whole = self.settings.verbosity > 0
        when = application_time(plan, datetime.now(UTC))
        if self.form == "json":
            self.data(plan.to_json())
        elif self.form == "markdown":
            self.data(plan_as_markdown(plan, window_line=when))
        elif self.form is None and self.styled:
            print_plan(self.stdout, plan, whole=whole, window_line=when)
        else:
            self.data(plan_as_text(plan, whole=whole, window_line=when))

    @contextmanager
    def progress(self, message: str) -> Iterator[None]:
        """Show that something is under way, on a terminal only."""
        if self.settings.verbosity < 0 or not sys.stderr.isatty():
            yield
            return
        with self.stderr.status(Text(printable(message))):
            yield


def write_nowhere(stream: TextIO) -> None:
    """Send what is still written to a stream whose reader has gone to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Console(Console):
    """A console for which a reader who has gone is no reason to stop: a run goes on to its end."""

    def on_broken_pipe(self) -> None:
        """Write no more, and go on."""
        self.quiet = True
        write_nowhere(sys.stderr if self.stderr else sys.stdout)


def _console(*, color: bool | None, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return _Console(
        stderr=stderr,
        # Said either way, since left open it is the environment's FORCE_COLOR that decides.
        force_terminal=color is True or stream.isatty(),
        no_color=color is False,
        highlight=False,
        emoji=False,
    )


def print_error(error: ReconcilerError) -> None:
    """Write an error and its advice to stderr."""
    console = _console(color=color_from(os.environ), stderr=True)
    console.print(Text.assemble(("error: ", "bold red"), printable(error.message)), soft_wrap=True)
    if isinstance(error, InvalidDesiredStateError):
        if console.is_terminal:
            print_diagnostics(console, error.diagnostics)
        else:
            sys.stderr.write(diagnostics_as_text(error.diagnostics))
    for line in error.details:
        console.print(Text(f"  {printable(line)}"), soft_wrap=True)
    if error.hint:
        console.print(Text(f"  {printable(error.hint)}", style="cyan"), soft_wrap=True)
