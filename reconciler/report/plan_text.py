"""Plans as plain text, for pipes, logs and files.

Built without a template, as findings are: a plan of one change is there before Jinja2 would be.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.plan import Plan
from reconciler.report import view
from reconciler.report.diagnostics_text import diagnostics_as_text
from reconciler.report.difference_text import diff_lines, secrets_note, shortened, source_text
from reconciler.report.drift_text import drift_text, rest_lines, rest_title, row_times
from reconciler.report.escaping import printable
from reconciler.report.folding import Folded
from reconciler.report.sections import Part, Sections, sections

_LISTED_BY = "; -v lists them"


def plan_as_text(plan: Plan, *, whole: bool = False, window_line: str | None = None) -> str:
    """Return the plan as text without colour.

    Args:
        plan: what to show.
        whole: also lists the values of what is activated or deactivated, every site of an entry,
            and what is not from the pull request.
        window_line: when it may be applied, where that is known.
    """
    return "".join(f"{line}\n" for line in _lines(plan, window_line, whole=whole))


def _lines(plan: Plan, window_line: str | None, *, whole: bool) -> Iterator[str]:
    yield view.verdict(plan)
    yield printable(view.context_line(plan))
    if window_line:
        yield printable(window_line)
    found = sections(plan)
    for part in found.lead:
        yield ""
        yield from _part_lines(part, whole=whole)
    if found.rest:
        yield ""
        yield from _rest_lines(found, whole=whole)
    if plan.needed_signoffs:
        yield ""
        yield from _needed_lines(plan)
    if plan.diagnostics:
        yield ""
        yield diagnostics_as_text(plan.diagnostics).rstrip("\n")
    yield from _blocked_lines(plan)
    yield ""
    yield plan.plan_id


def _part_lines(part: Part, *, whole: bool) -> Iterator[str]:
    yield part.title
    for entry in part.entries:
        yield f"  {_heading(entry)}"
        for line in _entry_lines(entry, whole=whole):
            yield f"      {line}"


def _heading(entry: Folded) -> str:
    change = entry.first
    version = view.version_text(change)
    about = f"{view.SYMBOLS[change.action]} {printable(view.title(entry))}  {change.action}"
    return f"{about}  {printable(version)}" if version else about


def _entry_lines(entry: Folded, *, whole: bool) -> Iterator[str]:
    change = entry.first
    if len(entry.sites) > 1:
        yield printable(_sites_text(entry, whole=whole))
    if change.signature:
        yield printable(view.signature_text(change))
    if change.drift:
        yield printable(drift_text(entry))
    if shortened(change) and not whole:
        yield f"{shortened(change)}{_LISTED_BY}"
    else:
        yield from _difference_lines(entry)


def _sites_text(entry: Folded, *, whole: bool) -> str:
    return ", ".join(row_times(entry) or entry.sites) if whole else view.sites_text(entry)


def _difference_lines(entry: Folded) -> Iterator[str]:
    yield from map(printable, diff_lines(entry))
    if note := secrets_note(entry):
        yield note
    if source := source_text(entry):
        yield f"from {printable(source)}"


def _rest_lines(found: Sections, *, whole: bool) -> Iterator[str]:
    yield f"{rest_title(found)}{'' if whole else _LISTED_BY}"
    for line in rest_lines(found):
        yield f"  {printable(line)}"
    for part in found.rest if whole else ():
        yield ""
        yield from _part_lines(part, whole=whole)


def _needed_lines(plan: Plan) -> Iterator[str]:
    yield "Signoffs still needed"
    for needed in plan.needed_signoffs:
        of = f"{printable(needed.site)} / {printable(needed.extension)}"
        enforced = "" if needed.enforced else " (recommended)"
        yield f"  {of}  {printable(needed.aspect)} by a {needed.role}{enforced}"
        yield f"      sign {needed.config_hash} in {printable(needed.path)}"


def _blocked_lines(plan: Plan) -> Iterator[str]:
    for forceable, heading in ((True, f"Unsafe; {view.OVERRIDE} overrides:"), (False, "Blocked:")):
        if reasons := view.reasons(plan, forceable=forceable):
            yield ""
            yield heading
            for reason in reasons:
                yield f"  {printable(reason)}"
