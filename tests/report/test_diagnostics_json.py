"""Findings as JSON: all their fields, and counts."""

from __future__ import annotations

import json

from hypothesis import given

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.report.diagnostics_json import diagnostics_as_json
from tests.support.findings import finding, findings


@given(findings())
def test_json_holds_every_finding_as_it_is(found: list[Diagnostic]) -> None:
    listed = json.loads(diagnostics_as_json(found))["diagnostics"]
    assert [Diagnostic.model_validate(each) for each in listed] == found


def test_the_summary_counts_each_severity_and_the_files() -> None:
    found = [
        finding(),
        finding(line=9),
        finding(severity=Severity.WARNING, path="desired-state/users.yaml"),
    ]
    assert json.loads(diagnostics_as_json(found))["summary"] == {
        "valid": False,
        "errors": 2,
        "warnings": 1,
        "notes": 0,
        "files": 2,
    }


def test_warnings_and_notes_leave_it_valid() -> None:
    found = [finding(severity=Severity.WARNING), finding(severity=Severity.NOTE)]
    assert json.loads(diagnostics_as_json(found))["summary"]["valid"] is True
    assert json.loads(diagnostics_as_json([])) == {
        "diagnostics": [],
        "summary": {"valid": True, "errors": 0, "warnings": 0, "notes": 0, "files": 0},
    }


def test_letters_stay_readable_and_what_steers_does_not() -> None:
    text = diagnostics_as_json(
        [finding(message="Größe 日本 😀 \x1b[2J \u202e \U000e0041 ##[debug]")]
    )
    assert "Größe 日本 😀 \\u001b[2J \\u202e \\udb40\\udc41 \\u0023#[debug]" in text
