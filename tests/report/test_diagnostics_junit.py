"""Findings as JUnit XML: errors fail, the rest passes, and the document is always well-formed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given

from reconciler.model.diagnostic import Acceptance, Diagnostic, Severity
from reconciler.report.diagnostics_junit import diagnostics_as_junit
from reconciler.report.escaping import unattached
from tests.support.findings import PATH, finding, findings


def parsed(found: list[Diagnostic]) -> ET.Element:
    return ET.fromstring(diagnostics_as_junit(found).encode())  # noqa: S314 - it is our own


def cases_of(found: list[Diagnostic]) -> list[ET.Element]:
    return [case for case in parsed(found).iter("testcase") if case.get("file") is not None]


@given(findings())
def test_each_finding_is_one_test_in_the_suite_of_its_file(found: list[Diagnostic]) -> None:
    by_path: dict[str, list[Diagnostic]] = {each.location.path: [] for each in found}
    for each in found:
        by_path[each.location.path].append(each)
    ordered = [each for group in by_path.values() for each in group]
    cases = cases_of(found)
    assert len(cases) == len(ordered)
    for case, each in zip(cases, ordered, strict=True):
        assert case.get("file") == unattached(each.location.path)
        assert case.get("line") == str(each.location.line)
        failures = case.findall("failure")
        assert len(failures) == (each.severity is Severity.ERROR)
        told = failures[0] if failures else case.find("system-out")
        assert told is not None
        first, *rest = (told.text or "").split("\n")
        assert first == unattached(f"{each.location}: {each.severity} [{each.code}] {each.message}")
        assert (unattached(each.hint) in rest) or not each.hint
        if failures:
            assert failures[0].attrib == {"message": unattached(each.message), "type": each.code}


@given(findings())
def test_the_counts_are_those_of_the_tests(found: list[Diagnostic]) -> None:
    root = parsed(found)
    errors = sum(each.severity is Severity.ERROR for each in found)
    assert root.get("failures") == str(errors)
    assert root.get("tests") == str(len(found) + (errors == 0))
    for suite in root:
        assert suite.get("tests") == str(len(suite))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))


@given(findings())
def test_no_two_tests_have_one_name(found: list[Diagnostic]) -> None:
    doubled = [*found, *found]
    names = [(case.get("classname"), case.get("name")) for case in cases_of(doubled)]
    assert len(set(names)) == len(doubled)


def test_a_report_without_an_error_holds_a_test_that_passed() -> None:
    for found in ([], [finding(severity=Severity.WARNING)]):
        first = next(parsed(found).iter("testcase"))
        assert first.get("name") == "the desired state is valid"
        assert len(first) == 0


def test_an_error_is_a_failure_that_says_it_all() -> None:
    (case,) = cases_of([finding(site="hartford", extension="erp")])
    assert case.get("classname") == PATH.removesuffix(".yaml")
    assert case.get("name") == "unknown-key: key 'profile' is not known (hartford / erp)"
    assert case.findtext("failure") == (
        f"{PATH}:6:1: error [unknown-key] key 'profile' is not known\nDid you mean 'profiles'?"
    )


def test_a_name_stays_when_lines_are_moved() -> None:
    before, after = cases_of([finding()]), cases_of([finding(line=60, column=3)])
    assert before[0].get("name") == after[0].get("name")


def test_a_waived_finding_passes_and_says_who_accepted_it() -> None:
    waiver = Acceptance(waived_by="mlopez", until="2027-03-31", reason="QMS-114")
    (case,) = cases_of([finding(severity=Severity.WARNING, waiver=waiver)])
    assert (case.findtext("system-out") or "").endswith(
        "\nWaived by mlopez until 2027-03-31: QMS-114"
    )


def test_no_value_names_an_attachment() -> None:
    text = diagnostics_as_junit([finding(message="[[ATTACHMENT|/etc/passwd]]", hint="[[[a")])
    assert "[[" not in text
    assert "[\\u005bATTACHMENT|/etc/passwd]]" in text


def test_a_very_long_value_is_cut() -> None:
    text = diagnostics_as_junit([finding(message="x" * 10**6, site="y" * 10**6)])
    assert len(text) < 10_000
    assert "characters more)" in text
