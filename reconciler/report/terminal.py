"""Plans and findings on a terminal: the same content as the text format, with colour and tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reconciler.model.change import Action, Change, Origin
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.diagnostic_view import bystander
from reconciler.report.diagnostics_text import diagnostic_counts
from reconciler.report.difference_text import diff_lines, secrets_note, shortened, source_text
from reconciler.report.drift_text import drift_text, edited_by, rest_lines, rest_title, row_times
from reconciler.report.escaping import printable
from reconciler.report.folding import Folded
from reconciler.report.sections import Part, Sections, sections

_STYLES = {
    Action.ACTIVATE: "green",
    Action.RECONFIGURE: "yellow",
    Action.DEACTIVATE: "red",
    Action.SIGNOFF: "cyan",
}
_DIFF_STYLES = {"+": "green", "-": "red", "!": "yellow", "@": "dim cyan"}
_BY = {True: "edited by", False: "by"}
BOUNDLESS = 100_000
"""The width of what is no terminal, where no line is wrapped."""
_WIDEST_IN_LOG = 200
_SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.NOTE: "bold blue",
}


def print_plan(
    console: Console, plan: Plan, *, whole: bool = False, window_line: str | None = None
) -> None:
    """Print a plan: verdict, a table a part, differences, findings, and last why it is blocked.

    Args:
        console: where to.
        plan: what to print.
        whole: also lists the values of what is activated or deactivated, every site of an entry,
            and what is not from the pull request.
        window_line: when it may be applied, where that is known.
    """
    console.print(Text(view.verdict(plan), style=_verdict_style(plan)))
    for line in filter(None, (view.context_line(plan), window_line)):
        console.print(Text(printable(line), style="dim"))
    found = sections(plan)
    for part in found.lead:
        _print_part(console, part, whole=whole)
    _print_rest(console, found, whole=whole)
    _print_needed_signoffs(console, plan)
    if plan.diagnostics:
        console.print()
        print_diagnostics(console, plan.diagnostics)
    _print_reasons(console, plan)
    console.print()
    console.print(Text(plan.plan_id, style="dim"))


def _print_part(console: Console, part: Part, *, whole: bool) -> None:
    """Print entries as a table, or as lines where the table would break names apart."""
    console.print()
    console.print(Text(part.title, style="bold"))
    table = _table(part)
    boundless = console.options.update(max_width=BOUNDLESS)
    widest = _WIDEST_IN_LOG if console.width == BOUNDLESS else console.width
    fits = Measurement.get(console, boundless, table).maximum <= widest
    if fits:
        console.print(table)
    for entry in part.entries:
        details = _details(entry, whole=whole)
        if fits and details:
            console.print(_indented(Text(printable(view.title(entry))), (1, 0, 0, 2)))
        elif not fits:
            _print_row(console, entry)
        for line, style in details:
            text = Text(printable(line), style=style)
            console.print(_indented(text, (0, 0, 0, 4 if fits else 6)))


def _print_rest(console: Console, found: Sections, *, whole: bool) -> None:
    if not found.rest:
        return
    console.print()
    hint = "" if whole else "; -v lists them"
    console.print(Text.assemble((rest_title(found), "bold dim"), (hint, "dim")))
    for line in rest_lines(found):
        console.print(_indented(Text(printable(line), style="dim"), (0, 0, 0, 2)))
    for part in found.rest if whole else ():
        _print_part(console, part, whole=whole)


def _print_reasons(console: Console, plan: Plan) -> None:
    for forceable, heading, style in (
        (True, f"Unsafe; {view.OVERRIDE} overrides:", "bold yellow"),
        (False, "Blocked:", "bold red"),
    ):
        if found := view.reasons(plan, forceable=forceable):
            console.print()
            console.print(Text(heading, style=style))
            for reason in found:
                console.print(_indented(Text(printable(reason)), (0, 0, 0, 2)))


def _verdict_style(plan: Plan) -> str:
    if view.may_be_forced(plan):
        return "bold yellow"
    if plan.errored or plan.blocked:
        return "bold red"
    return "bold yellow" if plan.differs else "bold green"


def _print_row(console: Console, entry: Folded) -> None:
    change = entry.first
    line = Text(f"  {view.SYMBOLS[change.action]} ", style=_STYLES[change.action])
    line.append(printable(view.title(entry)), style="default")
    line.append(f"  {change.action.value}")
    line.append(f"  {printable(view.version_text(change))}", style="default")
    console.print(line, soft_wrap=True)
    sites = view.sites_text(entry) if len(entry.sites) > 1 else ""
    for note in filter(None, (sites, _note(change))):
        console.print(Text(f"      {printable(note)}", style="dim"), soft_wrap=True)


def _table(part: Part) -> Table:
    drifted = part.origin is Origin.DRIFT
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="dim")
    for column in ("", "site", "extension", "change", "version", _BY[drifted], ""):
        table.add_column(column, overflow="fold")
    for entry in part.entries:
        change = entry.first
        by = edited_by(change) if drifted else change.changed_by or change.author
        table.add_row(
            Text(view.SYMBOLS[change.action], style=_STYLES[change.action]),
            Text(printable(view.sites_text(entry))),
            Text(printable(change.extension)),
            Text(change.action.value, style=_STYLES[change.action]),
            Text(printable(view.version_text(change))),
            Text(printable(by), style="dim"),
            Text(printable(_note(change)), style="dim"),
        )
    return table


def _note(change: Change) -> str:
    short = shortened(change)
    return view.signature_text(change) or (f"{short}; -v lists them" if short else "")


def _details(entry: Folded, *, whole: bool) -> list[tuple[str, str]]:
    """Return what is said below an entry: lines, each with its style."""
    several = whole and len(entry.sites) > 1
    drift = drift_text(entry)
    found = [(", ".join(row_times(entry) or entry.sites), "dim")] if several else []
    found += [(drift, "magenta")] if drift else []
    if whole or not shortened(entry.first):
        source = source_text(entry)
        found += [(line, _DIFF_STYLES[line[0]]) for line in diff_lines(entry)]
        notes = (secrets_note(entry), f"from {source}" if source else "")
        found += [(note, "dim") for note in notes if note]
    return found


def _print_needed_signoffs(console: Console, plan: Plan) -> None:
    if not plan.needed_signoffs:
        return
    console.print()
    console.print(Text("Signoffs still needed", style="bold"))
    for needed in plan.needed_signoffs:
        recommended = "" if needed.enforced else " (recommended)"
        line = f"{needed.site} / {needed.extension}: {needed.aspect} by a {needed.role}"
        console.print(_indented(Text(printable(line + recommended)), (0, 0, 0, 2)))
        sign = f"sign {needed.config_hash} in {needed.path}"
        console.print(_indented(Text(printable(sign), style="dim"), (0, 0, 0, 6)))


def _indented(text: Text, padding: tuple[int, int, int, int]) -> Padding:
    """Return text with room before it, and none after it: a log has no right margin."""
    return Padding(text, padding, expand=False)


def print_diagnostics(console: Console, diagnostics: Sequence[Diagnostic]) -> None:
    """Print findings: place, severity, code, message, and below it what to do."""
    for found in diagnostics:
        line = Text()
        line.append(f"{printable(str(found.location))}: ", style="bold")
        line.append(f"{found.severity} ", style=_SEVERITY_STYLES[found.severity])
        line.append(f"[{found.code}] ", style="dim")
        line.append(printable(found.message + bystander(found)))
        console.print(line, soft_wrap=True)
        console.print(_indented(Text(printable(found.hint), style="cyan"), (0, 0, 0, 4)))
    console.print(escape(diagnostic_counts(diagnostics)))
