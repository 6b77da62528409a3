"""Drawing on a terminal: imported only where there is one, since rich takes its time."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from reconciler.cli.output import write_nowhere
from reconciler.model.errors import InvalidDesiredStateError, ReconcilerError
from reconciler.report.diagnostics_text import diagnostics_as_text
from reconciler.report.escaping import printable
from reconciler.report.terminal import BOUNDLESS, print_diagnostics

_LOG_HEIGHT = 25


class _Console(Console):
    """A console for which a reader who has gone is no reason to stop: a run goes on to its end."""

    def on_broken_pipe(self) -> None:
        """Write no more, and go on."""
        self.quiet = True
        write_nowhere(sys.stderr if self.stderr else sys.stdout)


def console(*, color: bool | None, stderr: bool) -> Console:
    """Return a console of stdout or stderr; ``color`` None leaves it to the stream."""
    stream = sys.stderr if stderr else sys.stdout
    # In a log no line is broken: where a new one begins, a workflow looks for commands. Without a
    # height as well, a dumb terminal has 80 columns.
    width, height = (None, None) if stream.isatty() else (BOUNDLESS, _LOG_HEIGHT)
    return _Console(
        stderr=stderr,
        # Said either way, since left open it is the environment's FORCE_COLOR that decides.
        force_terminal=color is True or stream.isatty(),
        no_color=color is False,
        width=width,
        height=height,
        highlight=False,
        emoji=False,
    )


def plain(text: str) -> Text:
    """Return text in which nothing is taken for markup."""
    return Text(text)


def draw_error(error: ReconcilerError, *, color: bool | None) -> None:
    """Draw an error and its advice on stderr."""
    drawn = console(color=color, stderr=True)
    drawn.print(Text.assemble(("error: ", "bold red"), printable(error.message)), soft_wrap=True)
    if isinstance(error, InvalidDesiredStateError):
        if drawn.is_terminal:
            print_diagnostics(drawn, error.diagnostics)
        else:
            sys.stderr.write(diagnostics_as_text(error.diagnostics))
    for line in error.details:
        drawn.print(Text(f"  {printable(line)}"), soft_wrap=True)
    if error.hint:
        drawn.print(Text(f"  {printable(error.hint)}", style="cyan"), soft_wrap=True)
