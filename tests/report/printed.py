"""What a plan looks like printed on a console, for tests to look at."""

from __future__ import annotations

import io

from rich.console import Console

from reconciler.model.plan import Plan
from reconciler.report.terminal import print_plan


def on_terminal(
    plan: Plan,
    *,
    styled: bool = False,
    width: int = 120,
    whole: bool = False,
    window_line: str | None = None,
) -> str:
    """Return what is printed; ``styled`` keeps the escape sequences that colour it."""
    written = io.StringIO()
    console = Console(
        file=written,
        force_terminal=styled,
        width=width,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    print_plan(console, plan, whole=whole, window_line=window_line)
    return written.getvalue()
