"""Data to stdout, everything said beside it to stderr; colour and progress only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError, UsageError
from reconciler.model.plan import Plan
from reconciler.report.escaping import printable
from reconciler.report.plan_markdown import plan_as_markdown
from reconciler.report.plan_text import diagnostics_as_text, plan_as_text
from reconciler.report.terminal import print_diagnostics, print_plan
from reconciler.settings import Settings, color_from, may_ask


class Output:
    """Where a command writes, and in which form: text, json or markdown.

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
        """Write the command's result as it is."""
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")

    def say(self, message: str) -> None:
        """Write a remark beside the result, unless told to be quiet."""
        if self.settings.verbosity >= 0:
            self.stderr.print(Text(printable(message)), soft_wrap=True)

    def plan(self, plan: Plan) -> None:
        """Write a plan in the form asked for."""
        whole = self.settings.verbosity > 0
        if self.form == "json":
            self.data(plan.to_json())
        elif self.form == "markdown":
            self.data(plan_as_markdown(plan))
        elif self.form is None and self.styled:
            print_plan(self.stdout, plan, whole=whole)
        else:
            self.data(plan_as_text(plan, whole=whole))

    @contextmanager
    def progress(self, message: str) -> Iterator[None]:
        """Show that something is under way, on a terminal only."""
        if self.settings.verbosity < 0 or not self.stderr.is_terminal:
            yield
            return
        with self.stderr.status(Text(printable(message))):
            yield


def _console(*, color: bool | None, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(
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
    if error.hint:
        console.print(Text(f"  {printable(error.hint)}", style="cyan"), soft_wrap=True)
