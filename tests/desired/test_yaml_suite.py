"""The reader held against the public YAML test suite.

What the suite calls invalid is refused. What it calls valid and gives a JSON value for is read
as that value, or refused for a reason of the contract, or is one of the few below.
"""

from __future__ import annotations

import json

import pytest

from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.diagnostic import Severity
from tests.support.yaml_suite import Case, suite

BY_CONTRACT = {"yaml-documents", "yaml-tag", "yaml-key-not-string"}
"""Several documents, custom tags, and keys that are no strings are refused on purpose."""

NOT_READ: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            *("6BCT", "6CA3", "96NN/00", "96NN/01", "A2M4", "DK95/00", "DK95/03", "DK95/04"),
            *("Q5MG", "R4YG", "Y79Y/001", "Y79Y/010"),
        ),
        ("a tab where the parser wants spaces", "Write spaces where this line has a tab"),
    ),
    **dict.fromkeys(
        ("4MUZ/00", "4MUZ/01", "4MUZ/02", "5MUD", "9SA2", "K3WX", "NJ66", "VJP3/01"),
        ("a key in braces that goes over several lines", "Write a key and its ':' on one line"),
    ),
    **dict.fromkeys(
        ("58MP", "5T43", "DBG4", "HM87/00"),
        ("a text in brackets that begins with ':'", "Put quotes around a text in brackets"),
    ),
    **dict.fromkeys(
        ("652Z", "HM87/01"),
        ("a text in brackets that begins with '?'", "or quotes must enclose it"),
    ),
    **dict.fromkeys(
        ("8XYN", "W5VH"),
        ("an anchor with signs in its name", "with letters, digits, '-' and '_' only"),
    ),
    "Y2GN": ("an anchor with ':' in its name", "a space must follow the name of an anchor"),
    "2SXE": ("an anchor with ':' at the end of its name", "mapping values are not allowed"),
    **dict.fromkeys(
        ("DK3J", "FP8R"),
        ("a file that is one text, without indentation", "Indent every line of a text"),
    ),
}
"""Valid documents that the parser cannot take: by id what they hold, and what is said of them.

Each is refused, none misread; docs/decisions/0003 says why they stay.
"""


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
        expected = [None] if case.values == () else list(case.values or ["no JSON value"])
        if _written(expected) == _written([document.value]):
            equal += 1
        else:
            wrong.append(case.id)
    assert (wrong, equal) == ([], 213)


def _written(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def test_a_valid_document_with_a_json_value_is_refused_by_contract_only(cases: list[Case]) -> None:
    unexplained = {
        case.id: codes
        for case in cases
        if case.values is not None
        and case.id not in NOT_READ
        and (codes := set(errors_of(case)))
        and not codes <= BY_CONTRACT
    }
    assert unexplained == {}


def test_a_document_of_several_is_refused_as_that_whatever_else_it_holds(
    cases: list[Case],
) -> None:
    several = [case for case in cases if case.values is not None and len(case.values) > 1]
    assert [case.id for case in several if "yaml-documents" not in errors_of(case)] == []
    assert len(several) > 10


def test_each_valid_document_that_is_not_read_is_told_what_to_write(cases: list[Case]) -> None:
    by_id = {case.id: case for case in cases}
    for name, (_, told) in NOT_READ.items():
        assert by_id[name].values is not None
        assert told in errors_of(by_id[name]).get("yaml-syntax", ""), name
