"""Plans and findings on a terminal: the same content as the text format, with colour and tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reconciler.model.change import Action, Change
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.diagnostic_view import bystander
from reconciler.report.escaping import printable
from reconciler.report.plan_text import diagnostic_counts

_STYLES = {
    Action.ACTIVATE: "green",
    Action.RECONFIGURE: "yellow",
    Action.DEACTIVATE: "red",
    Action.SIGNOFF: "cyan",
}
_SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold blue",
}


def print_plan(console: Console, plan: Plan, *, whole: bool = False) -> None:
    """Print a plan: verdict, a table a group, differences, findings, reasons.

    ``whole`` lists the values of what is activated or deactivated as well.
    """
    console.print(Text(view.verdict(plan), style=_verdict_style(plan)))
    console.print(Text(printable(view.context_line(plan)), style="dim"))
    for group in view.groups(plan):
        console.print()
        console.print(Text(group.title, style="bold"))
        _print_changes(console, group.changes)
        for change in group.changes:
            _print_differences(console, change, whole=whole)
    _print_needed_signoffs(console, plan)
    if plan.diagnostics:
        console.print()
        print_diagnostics(console, plan.diagnostics)
    if plan.blocked:
        console.print()
        console.print(Text("Blocked", style="bold red"))
        for reason in plan.why_blocked:
            console.print(Padding(Text(printable(reason)), (0, 0, 0, 2)))
    console.print()
    console.print(Text(plan.plan_id, style="dim"))


def _verdict_style(plan: Plan) -> str:
    if plan.errored or plan.blocked:
        return "bold red"
    return "bold yellow" if plan.differs else "bold green"


def _print_changes(console: Console, changes: Sequence[Change]) -> None:
    """Print changes as a table, or as lines where the table would break names apart."""
    table = _table(changes)
    if Measurement.get(console, console.options, table).maximum <= console.width:
        console.print(table)
        return
    for change in changes:
        line = Text(f"  {view.SYMBOLS[change.action]} ", style=_STYLES[change.action])
        line.append(printable(f"{change.site} / {change.extension}"), style="default")
        line.append(f"  {change.action.value}")
        line.append(f"  {printable(view.version_text(change))}", style="default")
        console.print(line, soft_wrap=True)
        if note := view.signature_text(change) or view.shortened(change):
            console.print(Text(f"      {printable(note)}", style="dim"), soft_wrap=True)


def _table(changes: Sequence[Change]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for column in ("", "site", "extension", "change", "version", "by", ""):
        table.add_column(column, overflow="fold")
    for change in changes:
        table.add_row(
            Text(view.SYMBOLS[change.action], style=_STYLES[change.action]),
            Text(printable(change.site)),
            Text(printable(change.extension)),
            Text(change.action.value, style=_STYLES[change.action]),
            Text(printable(view.version_text(change))),
            Text(printable(change.changed_by or change.author), style="dim"),
            Text(printable(view.signature_text(change) or view.shortened(change)), style="dim"),
        )
    return table


def _print_differences(console: Console, change: Change, *, whole: bool) -> None:
    listed = whole or not view.shortened(change)
    lines = view.diff_lines(change.differences) if listed else []
    notes = [note for note in (view.drift_text(change),) if note]
    if not lines and not notes:
        return
    console.print(Padding(Text(printable(f"{change.site} / {change.extension}")), (1, 0, 0, 2)))
    for note in notes:
        console.print(Padding(Text(printable(note), style="magenta"), (0, 0, 0, 4)))
    for line in lines:
        style = "green" if line.startswith("+") else "red"
        console.print(Padding(Text(printable(line), style=style), (0, 0, 0, 4)))


def _print_needed_signoffs(console: Console, plan: Plan) -> None:
    if not plan.needed_signoffs:
        return
    console.print()
    console.print(Text("Signoffs still needed", style="bold"))
    for needed in plan.needed_signoffs:
        recommended = "" if needed.enforced else " (recommended)"
        line = f"{needed.site} / {needed.extension}: {needed.aspect} by a {needed.role}"
        console.print(Padding(Text(printable(line + recommended)), (0, 0, 0, 2)))
        sign = f"sign {needed.config_hash} in {needed.path}"
        console.print(Padding(Text(printable(sign), style="dim"), (0, 0, 0, 6)))


def print_diagnostics(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    """Print findings: place, severity, code, message, and below it what to do."""
    for found in diagnostics:
        line = Text()
        line.append(f"{printable(str(found.location))}: ", style="bold")
        line.append(f"{found.severity} ", style=_SEVERITY_STYLES[found.severity])
        line.append(f"[{found.code}] ", style="dim")
        line.append(printable(found.message + bystander(found)))
        console.print(line, soft_wrap=True)
        console.print(Padding(Text(printable(found.hint), style="cyan"), (0, 0, 0, 4)))
    console.print(escape(diagnostic_counts(diagnostics)))
