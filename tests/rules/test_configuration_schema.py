"""Configurations against their manifests' JSON Schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.model.diagnostic import Diagnostic
from tests.support.desired_folder import DesiredFolder, small_folder

OBJECT_OF_X = {"type": "object", "properties": {"host": {}}, "additionalProperties": False}


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


def findings(folder: DesiredFolder, schema: Any, configuration: Any) -> list[Diagnostic]:
    folder.manifest(schema)
    folder.configure(configuration)
    return folder.findings()


def codes(folder: DesiredFolder, schema: Any, configuration: Any) -> list[str]:
    return [found.code for found in findings(folder, schema, configuration)]


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        (r"^\d$", "7", True),
        (r"^\d$", "٣", False),
        (r"^\w$", "é", False),
        ("b", "abc", True),
    ],
)
def test_patterns_are_matched_as_ecmascript_matches_them(
    folder: DesiredFolder, pattern: str, value: str, matches: bool
) -> None:
    schema = {"properties": {"title": {"type": "string", "pattern": pattern}}}
    expected = [] if matches else ["configuration-value"]
    assert codes(folder, schema, {"title": value}) == expected


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("uri", "https://sap.example/a", "sap example"),
        ("date-time", "2026-11-20T10:00:00Z", "2026-11-20 10:00"),
        ("uuid", "543bcfbb-c9f2-4a8a-9ecf-958027801375", "543bcfbb"),
        ("uuid", "543BCFBB-C9F2-4A8A-9ECF-958027801375", "{543bcfbb-c9f2-4a8a-9ecf-958027801375}"),
        ("email", "a@b.example", "a at b"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
    ],
)
@pytest.mark.parametrize("dialect", [None, "https://json-schema.org/draft/2020-12/schema"])
def test_formats_are_asserted_in_every_dialect(
    folder: DesiredFolder, form: str, good: str, bad: str, dialect: str | None
) -> None:
    schema: dict[str, Any] = {"properties": {"title": {"format": form}}}
    if dialect:
        schema["$schema"] = dialect
    assert codes(folder, schema, {"title": good}) == []
    assert codes(folder, schema, {"title": bad}) == ["configuration-value"]


def test_a_nested_unknown_property_is_found_at_its_key_with_a_suggestion(
    folder: DesiredFolder,
) -> None:
    schema: dict[str, Any] = {
        "properties": {"erp": {"properties": {"syncInterval": {"type": "integer"}}}}
    }
    (found,) = findings(folder, schema, {"erp": {"synchInterval": 60}})
    assert (found.code, found.hint) == ("configuration-unknown", "Did you mean 'syncInterval'?")
    assert (found.location.line, found.location.column) == (5, 4)


def test_an_unknown_property_in_a_list_is_found(folder: DesiredFolder) -> None:
    schema: dict[str, Any] = {"properties": {"shifts": {"items": {"properties": {"name": {}}}}}}
    (found,) = findings(folder, schema, {"shifts": [{"name": "early"}, {"nam": "late"}]})
    assert found.message.startswith("/shifts/1/nam ")


@pytest.mark.parametrize(
    ("schema", "unknown"),
    [
        ({"properties": {"a": {}}}, True),
        ({"properties": {"a": {}}, "additionalProperties": False}, True),
        ({"properties": {"a": {}}, "additionalProperties": True}, False),
        ({"properties": {"a": {}}, "additionalProperties": {"type": "string"}}, False),
        ({}, True),
        ({"patternProperties": {"^x": {}}}, False),
        ({"patternProperties": {"^x": {}}, "additionalProperties": False}, False),
        ({"patternProperties": {"^y": {}}, "additionalProperties": False}, True),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"x1": {}}}]}, False),
        ({"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, True),
        ({"$ref": "#/definitions/d", "definitions": {"d": {"properties": {"x1": {}}}}}, False),
        ({"$ref": "#/definitions/d", "definitions": {"d": {"properties": {"a": {}}}}}, True),
        (
            {"$ref": "#/definitions/d", "definitions": {"d": {"additionalProperties": False}}},
            True,
        ),
        ({"properties": {"a": {}}, "dependencies": {"x1": {"properties": {"x1": {}}}}}, True),
        ({"properties": {"a": {}}, "dependencies": {"x1": {"additionalProperties": True}}}, True),
    ],
)
def test_a_property_is_unknown_unless_the_schema_lets_it_be(
    folder: DesiredFolder, schema: dict[str, Any], unknown: bool
) -> None:
    expected = ["configuration-unknown"] if unknown else []
    assert codes(folder, schema, {"x1": "value"}) == expected


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"contains": {"properties": {"role": {}}}}, [{"role": "primary"}, {"host": "b"}]),
        ({"dependencies": {"lock": {"properties": {"pin": {}}}}}, {"lock": 1, "x": 2}),
        ({"prefixItems": [{"properties": {"role": {}}}]}, [{"host": "b"}]),
        (
            {"items": {"properties": {"x": {}}}, "prefixItems": [{"properties": {"y": {}}}]},
            [{"x": 1}],
        ),
        (
            {"additionalProperties": {}, "unevaluatedProperties": {"properties": {"x": {}}}},
            {"b": {"y": 1}},
        ),
    ],
)
def test_what_counts_under_a_condition_does_not_name_all_properties(
    folder: DesiredFolder, schema: dict[str, Any], value: Any
) -> None:
    assert codes(folder, {"properties": {"a": schema}}, {"a": value}) == []


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"properties": {"x1": {}}, "dependentSchemas": {"x1": {"properties": 7}}}, []),
        ({"dependencies": {"x1": {"properties": 7}}}, ["manifest-schema-invalid"]),
        ({"properties": 7}, ["manifest-schema-invalid"]),
        ({"properties": {"x1": {"properties": 7}}}, ["manifest-schema-invalid"]),
    ],
)
def test_properties_that_are_no_mapping_name_nothing(
    folder: DesiredFolder, schema: dict[str, Any], found: list[str]
) -> None:
    assert codes(folder, schema, {"x1": "value"}) == found


def test_additional_properties_are_held_to_their_schema(folder: DesiredFolder) -> None:
    schema = {"additionalProperties": {"type": "string"}}
    assert codes(folder, schema, {"x": 1}) == ["configuration-type"]


def test_an_unknown_property_behind_a_reference_is_found(folder: DesiredFolder) -> None:
    schema: dict[str, Any] = {
        "properties": {"erp": {"$ref": "#/definitions/x"}},
        "definitions": {"x": OBJECT_OF_X},
    }
    (found,) = findings(folder, schema, {"erp": {"hots": "a"}})
    assert (found.code, found.hint) == ("configuration-unknown", "Did you mean 'host'?")


@pytest.mark.parametrize(
    ("keyword", "value", "good", "bad"),
    [
        ("allOf", [{"type": "integer"}, {"minimum": 5}], 5, 4),
        ("anyOf", [{"type": "integer"}, {"type": "null"}], None, "x"),
        ("oneOf", [{"type": "integer"}, {"minimum": 5}], 4, 5),
        ("not", {"type": "string"}, 1, "x"),
        ("$ref", "#/definitions/small", 9, 10),
    ],
)
def test_combined_schemas_are_applied(
    folder: DesiredFolder, keyword: str, value: Any, good: Any, bad: Any
) -> None:
    schema = {"properties": {"a": {keyword: value}}, "definitions": {"small": {"maximum": 9}}}
    assert codes(folder, schema, {"a": good}) == []
    assert codes(folder, schema, {"a": bad}) == ["configuration-value"]


@pytest.mark.parametrize("configuration", [[], "text", 7, None])
def test_a_configuration_that_is_no_mapping_is_an_error(
    folder: DesiredFolder, configuration: Any
) -> None:
    assert codes(folder, {"additionalProperties": True}, configuration) == ["wrong-type"]


def test_every_problem_of_a_configuration_is_found_at_once(folder: DesiredFolder) -> None:
    schema = {
        "required": ["title"],
        "properties": {"title": {}, "interval": {"type": "integer"}, "unit": {"enum": ["s"]}},
    }
    assert sorted(codes(folder, schema, {"interval": "x", "unit": "h", "untit": 1})) == [
        "configuration-missing",
        "configuration-type",
        "configuration-unknown",
        "configuration-value",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "format": "uri", "minLength": 40, "x-sensitive": True},
        {"type": "object", "properties": {"user": {}}, "additionalProperties": False},
    ],
)
def test_a_reference_to_a_secret_is_taken_for_what_the_schema_describes(
    folder: DesiredFolder, schema: dict[str, Any]
) -> None:
    reference = {"$secret": "vault://machshop/a#b"}
    assert codes(folder, {"properties": {"password": schema}}, {"password": reference}) == []


def test_a_reference_where_no_secret_belongs_is_an_error(folder: DesiredFolder) -> None:
    schema = {"properties": {"title": {"type": "string"}}}
    assert codes(folder, schema, {"title": {"$secret": "vault://a"}}) == ["configuration-type"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no-such-type"},
        {"properties": {"a": {"minimum": "five"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "#/definitions/absent"},
        {"$schema": "https://example.com/no-such-dialect"},
    ],
)
def test_a_manifest_whose_schema_is_none_is_an_error_of_the_catalog(
    folder: DesiredFolder, schema: dict[str, Any]
) -> None:
    (found,) = findings(folder, schema, {"a": 1})
    assert found.code == "manifest-schema-invalid"
    assert found.location.path == "desired-state/catalog/extensions/line-dashboard/1.0.0.yaml"


def test_a_message_never_repeats_the_value(folder: DesiredFolder) -> None:
    schema = {
        "properties": {
            "a": {"enum": ["x"]},
            "b": {"const": "x"},
            "c": {"pattern": "^x$"},
            "d": {"type": "integer"},
            "e": {"anyOf": [{"type": "integer"}, {"maxLength": 2}]},
            "f": {"items": {"type": "integer"}},
            "g": {"uniqueItems": True},
            "h": {"contains": {"type": "integer"}},
        }
    }
    configuration: dict[str, Any] = dict.fromkeys("abcde", "hunter2")
    configuration |= {"f": ["hunter2"], "g": ["hunter2", "hunter2"], "h": ["hunter2"]}
    found = findings(folder, schema, configuration)
    assert len(found) == 8
    assert "hunter2" not in "".join(finding.model_dump_json() for finding in found)
