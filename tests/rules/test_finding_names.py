"""What a finding is called: code, site, extension and subject name one place for a waiver."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.kinds import ALL_KINDS
from tests.scenarios.collection import SCENARIOS
from tests.support.desired_folder import EXTENSION, SITE, DesiredFolder, small_folder

SCHEMA: dict[str, Any] = {
    "required": ["title", "a/b", "erp"],
    "minProperties": 2,
    "dependencies": {"title": ["interval", "~"]},
    "properties": {
        "title": {"type": "string", "minLength": 2, "pattern": "^[A-Z]"},
        "interval": {"type": "integer", "maximum": 3, "multipleOf": 2},
        "a/b": {"type": "string"},
        "~": {"type": "string"},
        "erp": {"required": ["host", "port"], "properties": {"host": {}, "port": {}}},
    },
}
VALUES = st.one_of(
    st.text("aB1", max_size=3),
    st.integers(-5, 5),
    st.dictionaries(st.sampled_from(["host", "port", "prot"]), st.integers(), max_size=3),
)
CONFIGURATIONS = st.dictionaries(st.sampled_from([*SCHEMA["properties"], "titel"]), VALUES)


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def places_by_name(findings: Iterable[Diagnostic]) -> dict[tuple[str, ...], set[str]]:
    """Return the places of the waivable findings of each name."""
    places: dict[tuple[str, ...], set[str]] = {}
    for found in findings:
        if ALL_KINDS[found.code].waivable:
            assert found.site is not None
            assert found.extension is not None
            assert found.subject is not None
            name = found.code, found.site, found.extension, found.subject
            places.setdefault(name, set()).add(str(found.location))
    return places


def names(findings: Iterable[Diagnostic]) -> list[tuple[str, str | None]]:
    return [(found.code, found.subject) for found in findings]


@given(CONFIGURATIONS)
def test_findings_of_one_name_are_about_one_place(configuration: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = small_folder(Path(parent) / "desired-state")
        folder.manifest(SCHEMA)
        folder.configure(configuration)
        places = places_by_name(folder.findings())
    assert all(len(found) == 1 for found in places.values()), places


@pytest.mark.parametrize("code", [code for code in SCENARIOS if ALL_KINDS[code].waivable])
def test_a_waivable_finding_of_a_scenario_has_a_name_of_its_own(code: str, tmp_path: Path) -> None:
    places = places_by_name(SCENARIOS[code].failing(tmp_path / "desired-state").findings())
    assert code in {name[0] for name in places}
    assert all(len(found) == 1 for found in places.values())


@pytest.mark.parametrize("code", sorted(ALL_KINDS))
def test_what_may_be_waived_is_an_error_about_one_configuration(code: str) -> None:
    about_files = code.startswith(("yaml-", "json-", "manifest-")) or "secret" in code
    assert not (ALL_KINDS[code].waivable and about_files)
    assert ALL_KINDS[code].severity == "error" or not ALL_KINDS[code].waivable


def test_each_missing_key_is_named_by_where_it_would_stand(folder: DesiredFolder) -> None:
    folder.manifest(SCHEMA)
    folder.configure({"title": "Line 1", "erp": {}})
    assert sorted(names(folder.findings())) == [
        ("configuration-missing", "/a~1b"),
        ("configuration-missing", "/erp/host"),
        ("configuration-missing", "/erp/port"),
        ("configuration-missing", "/interval"),
        ("configuration-missing", "/~0"),
    ]


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({"shifts": [{"name": 1}]}, ("configuration-type", "/shifts/0/name")),
        ({"shifts": [{"name": ""}]}, ("configuration-value", "/shifts/0/name")),
        ({"shifts": [{"nam": "early"}]}, ("configuration-unknown", "/shifts/0/nam")),
        ({"token": "hunter2"}, ("plaintext-secret", "/token")),
        ({"shifts": []}, ("configuration-value", "/shifts")),
    ],
)
def test_a_finding_about_a_value_is_named_by_its_pointer(
    folder: DesiredFolder, configuration: dict[str, Any], expected: tuple[str, str]
) -> None:
    name = {"type": "string", "minLength": 1}
    shifts = {"type": "array", "minItems": 1, "items": {"properties": {"name": name}}}
    folder.manifest({"properties": {"shifts": shifts, "token": {"type": "string"}}})
    folder.configure(configuration)
    (found,) = folder.findings()
    assert (found.code, found.subject) == expected
    assert (found.site, found.extension) == (SITE, EXTENSION)


def test_a_configuration_as_a_whole_is_named_by_the_empty_pointer(folder: DesiredFolder) -> None:
    folder.manifest({"minProperties": 3, "properties": {"title": {}}})
    folder.configure({"title": "Line 1"})
    assert names(folder.findings()) == [("configuration-value", "")]


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        ("signoff-missing", "data-transfer-validation"),
        ("signoff-recommended", "data-transfer-validation"),
        ("signoff-void", "data-transfer-validation"),
        ("unknown-profile", "baselin"),
        ("unknown-user", "mlopes"),
        ("unknown-user", "reconcilr"),
    ],
)
def test_a_finding_about_a_name_has_it_as_its_subject(
    code: str, subject: str, tmp_path: Path
) -> None:
    findings = SCENARIOS[code].failing(tmp_path / "desired-state").findings()
    assert (code, subject) in names(findings)
