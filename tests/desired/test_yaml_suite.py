"""The reader held against the public YAML test suite.

What the suite calls invalid is refused. What it calls valid and gives a JSON value for is read
as that value, or refused for a reason of the contract.
"""

from __future__ import annotations

import json

import pytest

from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.diagnostic import Severity
from tests.support.yaml_suite import Case, suite

BY_CONTRACT = {"yaml-documents", "yaml-tag", "yaml-key-not-string"}
"""Several documents, custom tags, and keys that are no strings are refused on purpose."""

WITHOUT_JSON = {"4ABK": {"unquoted": "separate", "http://foo.com": None, "omitted value": None}}
"""What is read although the suite gives no JSON value for it, by id."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return suite()


def errors_of(case: Case) -> dict[str, str]:
    found = read_yaml("f.yaml", case.yaml).diagnostics
    return {
        each.code: f"{each.message}. {each.hint}"
        for each in found
        if each.severity is Severity.ERROR
    }


def test_the_suite_is_all_there(cases: list[Case]) -> None:
    assert sum(not case.valid for case in cases) == 94
    assert sum(case.valid for case in cases) == 308
    assert sum(case.values is not None for case in cases) == 279


def test_every_invalid_document_is_refused(cases: list[Case]) -> None:
    read = [case.id for case in cases if not case.valid and not errors_of(case)]
    assert read == []


def test_a_valid_document_is_never_read_as_another_value(cases: list[Case]) -> None:
    wrong, equal = [], 0
    for case in cases:
        document = read_yaml("f.yaml", case.yaml).document
        if not case.valid or document is None:
            continue
        values = (WITHOUT_JSON.get(case.id),) if case.values is None else case.values
        expected = list(values or [None])
        if _written(expected) == _written([document.value]):
            equal += 1
        else:
            wrong.append(case.id)
    assert (wrong, equal) == ([], 245 + len(WITHOUT_JSON))


def _written(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def test_a_valid_document_with_a_json_value_is_refused_by_contract_only(cases: list[Case]) -> None:
    unexplained = {
        case.id: codes
        for case in cases
        if case.values is not None and (codes := set(errors_of(case))) and not codes <= BY_CONTRACT
    }
    assert unexplained == {}


def test_a_document_of_several_is_refused_as_that_whatever_else_it_holds(
    cases: list[Case],
) -> None:
    several = [case for case in cases if case.values is not None and len(case.values) > 1]
    assert [case.id for case in several if "yaml-documents" not in errors_of(case)] == []
    assert len(several) > 10
