"""docs/diagnostics.md: every kind of finding, with an example that is really found and mended."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Diagnostic, DiagnosticKind, Gate, Severity
from reconciler.model.kinds import ALL_KINDS, GROUPS
from reconciler.report.escaping import code_span, fence_for, printable, table_cell
from tests.scenarios.collection import SCENARIOS
from tests.scenarios.examples import Edit, Example, example_of

WIDTH = 96
_INTRODUCTION = """\
# Diagnostics

<!-- Written by `make docs` from reconciler/model/kinds/ and tests/scenarios/. Edit those. -->

Every finding about a desired state has a code that does not change, a severity, a place as
`file:line:column`, a message, and a hint that says what to do. `reconciler validate` lists them
all at once, `plan` and `apply` list them with the plan. The examples below are real: a test makes
each folder, finds what is shown, does what the hint says, and looks that the finding is gone.

| severity | what it stops |
|---|---|
| error | everything: nothing is compared, and no database connection is opened |
| error, blocks the plan | applying: the plan is made and shown, with the reason it is blocked |
| warning | nothing |

A waiver can make a warning of an error where the entry says so. It names the code, the site, the
extension and the *subject*, which is shown with the example.
"""
_STOPS = {
    Gate.INPUT: "**Error**: nothing is compared until it is mended.",
    Gate.APPLY: "**Error** that blocks the plan: it is shown, and may not be applied.",
}


def diagnostics_page() -> str:
    """Return the page as Markdown; the same sources give the same bytes."""
    examples = {code: example_of(scenario) for code, scenario in SCENARIOS.items()}
    parts = [_INTRODUCTION, "\n".join(index(examples)) + "\n"]
    for subject, kinds in GROUPS.items():
        parts.append(_group_heading(subject))
        parts.extend("\n".join(entry(kind, examples[kind.code])) for kind in kinds)
    return "\n".join(parts)


def index(examples: Mapping[str, Example]) -> Iterator[str]:
    """Yield the lines of the table of the codes in ``examples``, sorted."""
    yield "## All codes\n"
    yield "| code | severity | such as |"
    yield "|---|---|---|"
    for code, example in sorted(examples.items()):
        message = table_cell(example.finding.message)
        yield f"| [{code}](#{code}) | {_severity(ALL_KINDS[code])} | {message} |"


def _severity(kind: DiagnosticKind) -> str:
    return f"{kind.severity}, blocks the plan" if kind.gate is Gate.APPLY else str(kind.severity)


def _group_heading(subject: str) -> str:
    """Return the heading of a group from what its module says it is about."""
    title, _, rest = subject.removesuffix(".").removeprefix("Findings about ").partition(":")
    intro = f"\n{_capitalised(rest.strip())}.\n" if rest else ""
    return f"## {_capitalised(title)}\n{intro}"


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def entry(kind: DiagnosticKind, example: Example) -> Iterator[str]:
    """Yield the lines of one kind; its heading is its code, so that the anchor is."""
    yield f"### {kind.code}\n"
    yield f"{_consequence(kind, example)}\n"
    yield f"{textwrap.fill(kind.about, WIDTH, break_on_hyphens=False)}\n"
    if example.told:
        yield f"{example.told[0]}\n"
    yield from _fenced("text", [*_as_reported(example.finding), *_below(example.excerpt)])
    if example.told:
        yield f"Mended: {example.told[1]}\n"
    for edit in example.edits:
        yield f"{_instruction(edit)}\n"
        if edit.lines:
            yield from _fenced("diff", list(edit.lines))


def _consequence(kind: DiagnosticKind, example: Example) -> str:
    if kind.severity is not Severity.ERROR:
        return f"**{kind.severity.capitalize()}**: it stops nothing."
    if not kind.waivable:
        return f"{_STOPS[kind.gate]} Not waivable."
    subject = example.finding.subject
    named = "the empty subject" if subject == "" else f"subject {code_span(subject)}"
    return f"{_STOPS[kind.gate]} A waiver can accept it; this one has the {named}."


def _as_reported(finding: Diagnostic) -> Iterator[str]:
    """Yield what a terminal shows of a finding, with the place on a line of its own."""
    yield printable(str(finding.location))
    yield from _wrapped(f"{finding.severity} [{finding.code}] {finding.message}", "")
    yield from _wrapped(finding.hint, "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _below(excerpt: tuple[str, ...]) -> tuple[str, ...]:
    return ("", *excerpt) if excerpt else ()


def _instruction(edit: Edit) -> str:
    path = code_span(edit.path)
    return {
        "changed": f"Mended in {path}:",
        "added": f"Mended by adding {path}:",
        "moved": f"Mended by moving {path} to {code_span(edit.other)}.",
        "removed": f"Mended by removing {path}.",
    }[edit.done]


def _fenced(language: str, lines: list[str]) -> Iterator[str]:
    fence = fence_for(lines)
    yield from (f"{fence}{language}", *lines, f"{fence}\n")
