"""Data to stdout, everything said beside it to stderr; colour and progress only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.report.diagnostics_text import diagnostics_as_text
from reconciler.report.escaping import printable
from reconciler.settings import Settings, color_from, may_ask

if TYPE_CHECKING:
    from rich.console import Console


class Output:
    """Where a command writes, and in which of its forms: text, json and others.

    Without one, what a person sees: tables on a terminal, plain text elsewhere.
    """

    def __init__(self, settings: Settings, form: str | None = None) -> None:
        if settings.json and form not in (None, "json"):
            raise UsageError(f"--json and --format {form} contradict each other", "Give one.")
        self.settings = settings
        self.form = "json" if settings.json else form

    @cached_property
    def console(self) -> Console:
        """Where tables and colour are drawn; for what is styled alone, since it takes a while."""
        from reconciler.cli.console import console

        return console(color=self.settings.color, stderr=False)

    @property
    def styled(self) -> bool:
        """Whether stdout shows colour and tables."""
        return is_styled(sys.stdout, color=self.settings.color)

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
            write_remark(printable(message))

    @contextmanager
    def progress(self, message: str) -> Iterator[None]:
        """Show that something is under way, on a terminal only."""
        if self.settings.verbosity < 0 or not sys.stderr.isatty():
            yield
            return
        from reconciler.cli.console import console, plain

        with console(color=self.settings.color, stderr=True).status(plain(printable(message))):
            yield


def write_nowhere(stream: TextIO) -> None:
    """Send what is still written to a stream whose reader has gone to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def is_styled(stream: TextIO, *, color: bool | None) -> bool:
    """Return whether colour and tables are shown on a stream."""
    return color is True or stream.isatty()


def write_remark(text: str) -> None:
    """Write lines to stderr; a reader who has gone is no reason to stop."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        write_nowhere(sys.stderr)


def print_error(error: ReconcilerError) -> None:
    """Write an error and its advice to stderr."""
    color = color_from(os.environ)
    if is_styled(sys.stderr, color=color):
        from reconciler.cli.console import draw_error

        draw_error(error, color=color)
        return
    lines = [f"error: {printable(error.message)}"]
    if isinstance(error, InvalidDesiredStateError):
        lines.append(diagnostics_as_text(error.diagnostics).removesuffix("\n"))
    lines += [f"  {printable(line)}" for line in (*error.details, error.hint) if line]
    write_remark("\n".join(lines))
