"""What a schema may ask for before a validator is let loose on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from reconciler.rules.schema_effort import SchemaEffort, refuse_costly
from tests.support.desired_folder import DesiredFolder, small_folder

TREE = {
    "definitions": {
        "node": {
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/definitions/node"}},
            }
        }
    },
    "properties": {"root": {"$ref": "#/definitions/node"}},
}


@pytest.fixture
def folder(tmp_path: Path) -> DesiredFolder:
    return small_folder(tmp_path / "desired-state")


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"items": [{"$ref": "#"}] * 1_001}, "more than 1,000 references"),
        ({"pattern": "a" * 65_537}, "more than 65,536 characters"),
        ({"patternProperties": {"a" * 40_000: {}, "b" * 40_000: {}}}, "more than 65,536 char"),
        *(
            ({"$ref": reference, "items": [{}]}, "only those like '#/definitions/name'")
            for reference in (
                "#name",
                "",
                "#/nowhere",
                "#/items/+0",
                "#/items/" + "1" * 5_000,
                "other#/definitions/a",
                "json-schema:///#/definitions/a",
                "http://json-schema.org/draft-07/schema#",
            )
        ),
        (
            {"$id": "https://machshop.example/a", "$ref": "https://MACHSHOP.example/a#/a"},
            "only those like '#/definitions/name'",
        ),
        (
            {"$id": "https://machshop.example/a", "$ref": "a#name"},
            "only those like '#/definitions/name'",
        ),
        ({"$ref": "#", "items": {"$id": "other"}}, "an \\$id of its own"),
        (
            {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "allOf": [{"$ref": "#"}],
                "items": {"id": "other"},
            },
            "an \\$id of its own",
        ),
        (
            {"$id": "a", "items": [{"unevaluatedProperties": False}] * 7},
            "more than 6 of unevaluatedItems, unevaluatedProperties",
        ),
    ],
)
def test_a_schema_whose_cost_cannot_be_told_is_refused(schema: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        refuse_costly(schema)


@pytest.mark.parametrize(
    "schema",
    [
        TREE,
        {
            "$id": "https://machshop.example/a",
            "$ref": "#/definitions/a",
            "definitions": {"a": {}},
        },
        {"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}},
    ],
)
def test_a_schema_as_people_write_it_is_not_refused(schema: Any) -> None:
    refuse_costly(schema)


def test_a_tree_of_references_costs_what_its_value_has() -> None:
    node: dict[str, Any] = {"name": "a", "children": [{"name": "b"}] * 1_000}
    assert not SchemaEffort(TREE).is_too_much({"root": node})


def test_a_thousand_mappings_of_five_properties_are_checked() -> None:
    schema = {"properties": {f"k{n}": {"type": "integer", "minimum": 0} for n in range(50)}}
    value: list[Any] = [{f"k{n}": n for n in range(5)}] * 1_000
    assert not SchemaEffort({"items": schema}).is_too_much(value)


@pytest.mark.parametrize(
    ("identity", "before"),
    [
        ("https://machshop.example/a", ""),
        ("HTTPS://machshop.example/a?", ""),
        ("https://machshop.example/a", "https://machshop.example/a"),
        ("https://machshop.example/a", "a"),
    ],
)
def test_references_that_double_ask_too_much_by_whichever_name(identity: str, before: str) -> None:
    levels: dict[str, Any] = {
        f"d{n}": {"anyOf": [{"$ref": f"{before}#/definitions/d{n + 1}"}] * 2} for n in range(40)
    }
    schema = {
        "$id": identity,
        "definitions": levels | {"d40": {}},
        "properties": {"a": {"$ref": f"{before}#/definitions/d0"}},
    }
    jsonschema_rs.validator_for(schema)
    assert SchemaEffort(schema).is_too_much({"a": 1})


@pytest.mark.parametrize(
    "schema",
    [
        {"items": {"dependencies": {"a": [f"x{number}" for number in range(2_000)]}}},
        {"items": {"dependentRequired": {"a": [f"x{number}" for number in range(2_000)]}}},
        {"items": {"not": {"description": "d" * 500_000, "type": "object"}}},
    ],
)
def test_what_a_finding_repeats_is_counted(schema: Any) -> None:
    assert SchemaEffort(schema).is_too_much([{"a": 1}] * 100)
    assert not SchemaEffort(schema).is_too_much([{"a": 1}] * 2)


def test_what_hangs_on_a_property_that_is_not_there_costs_nothing() -> None:
    assert not SchemaEffort({"dependencies": {"a": {"$ref": "#"}}}).is_too_much({"b": 1})


@pytest.mark.parametrize("keyword", ["dependencies", "dependentSchemas"])
def test_what_hangs_on_a_property_is_held_against_the_mapping_itself(keyword: str) -> None:
    levels: dict[str, Any] = {
        f"d{n}": {keyword: {"a": {"allOf": [{"$ref": f"#/definitions/d{n + 1}"}] * 2}}}
        for n in range(40)
    }
    schema = {"definitions": levels, "allOf": [{"$ref": "#/definitions/d0"}]}
    assert SchemaEffort(schema).is_too_much({"a": 1})


def test_a_schema_that_only_refers_to_itself_asks_too_much() -> None:
    assert SchemaEffort({"$ref": "#"}).is_too_much(1)


def test_a_manifest_that_is_refused_says_why(folder: DesiredFolder) -> None:
    folder.manifest({"$ref": "#title"})
    (found,) = folder.findings()
    assert found.code == "manifest-schema-invalid"
    assert found.message.endswith("only those like '#/definitions/name' are followed")
