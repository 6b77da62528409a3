"""What holds for findings in every format: no value takes effect, and the same bytes each time."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given

from reconciler.model.diagnostic import Diagnostic
from reconciler.report.diagnostics_github import diagnostics_as_github
from reconciler.report.diagnostics_json import diagnostics_as_json
from reconciler.report.diagnostics_junit import diagnostics_as_junit
from reconciler.report.diagnostics_sarif import diagnostics_as_sarif
from reconciler.report.diagnostics_text import diagnostics_as_text
from tests.support.findings import findings
from tests.support.workflow_runner import commands_in

Format = Callable[[Sequence[Diagnostic]], str]
QUIET: list[Format] = [
    diagnostics_as_text,
    diagnostics_as_json,
    diagnostics_as_sarif,
    diagnostics_as_junit,
]
STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("form", [*QUIET, diagnostics_as_github])
@given(found=findings())
def test_nothing_in_any_format_steers_a_terminal(form: Format, found: list[Diagnostic]) -> None:
    text = form(found)
    characters = set(text) - {"\n"}
    assert not {unicodedata.category(each) for each in characters} & STEERING
    assert text.endswith("\n")


@pytest.mark.parametrize("form", QUIET)
@given(found=findings())
def test_no_format_but_githubs_holds_a_workflow_command(
    form: Format, found: list[Diagnostic]
) -> None:
    assert commands_in(form(found)) == []


@pytest.mark.parametrize("form", [*QUIET, diagnostics_as_github])
@given(found=findings(2))
def test_equal_findings_are_the_same_bytes(form: Format, found: list[Diagnostic]) -> None:
    again = [Diagnostic.model_validate(each.model_dump()) for each in found]
    assert form(found) == form(again)
    assert form(found).encode()
