"""Field-level differences: complete, minimal where it is safe, and without a secret."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.canonical import canonical_json
from reconciler.model.change import Operation
from reconciler.model.document import Path
from reconciler.planning.differences import differing_paths, field_differences
from tests.support.json_values import json_objects, json_values


def applied(old: Any, differences: list[tuple[Path, Any, Any]]) -> Any:
    """Return ``old`` with each difference carried out."""
    whole = {"": copy.deepcopy(old)}
    for path, _, new in differences:
        parent: Any = whole
        steps = ("", *path)
        for step in steps[:-1]:
            parent = parent[step]
        if type(new) is object:
            del parent[steps[-1]]
        else:
            parent[steps[-1]] = new
    return whole[""]


@given(json_values(), json_values())
def test_the_differences_applied_to_the_old_give_the_new(old: Any, new: Any) -> None:
    result = applied(old, list(differing_paths(old, new)))
    assert canonical_json(result) == canonical_json(new)


@given(json_objects(), st.data())
def test_the_differences_to_a_neighbour_give_the_neighbour(
    old: dict[str, Any], data: st.DataObject
) -> None:
    new = copy.deepcopy(old)
    for key in data.draw(st.lists(st.sampled_from([*old, "added"]), max_size=2)):
        new[key] = data.draw(json_values())
    assert canonical_json(applied(old, list(differing_paths(old, new)))) == canonical_json(new)


@given(json_objects(), json_objects())
def test_there_is_no_difference_exactly_where_the_canonical_forms_are_equal(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    found = field_differences(old, new, ({},))
    assert (not found) == (canonical_json(old) == canonical_json(new))


@given(json_objects())
def test_a_value_does_not_differ_from_itself(value: dict[str, Any]) -> None:
    assert field_differences(value, copy.deepcopy(value), ({},)) == ()


@given(json_objects(), json_objects())
def test_differences_are_in_one_order_and_name_each_place_once(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    found = field_differences(old, new, ({},))
    assert len({difference.pointer for difference in found}) == len(found)
    again = field_differences(dict(reversed(old.items())), dict(reversed(new.items())), ({},))
    assert [one.pointer for one in again] == [one.pointer for one in found]


def shown(old: Any, new: Any) -> list[tuple[str, str, Any, Any]]:
    return [
        (found.operation.value, found.pointer, found.old, found.new)
        for found in field_differences(old, new, ({},))
    ]


def test_a_nested_value_is_named_by_its_json_pointer() -> None:
    assert shown({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}) == [("replace", "/a~1b/c~0d", 1, 2)]


def test_an_added_mapping_is_one_difference() -> None:
    assert shown({}, {"folders": {"in": "/a"}}) == [("add", "/folders", None, {"in": "/a"})]


def test_null_is_a_value_and_not_an_absence() -> None:
    assert shown({"a": None}, {}) == [("remove", "/a", None, None)]
    assert shown({}, {"a": None}) == [("add", "/a", None, None)]
    assert shown({"a": None}, {"a": 0}) == [("replace", "/a", None, 0)]


def test_lists_of_one_length_are_compared_item_by_item() -> None:
    assert shown({"a": [1, 2]}, {"a": [1, 3]}) == [("replace", "/a/1", 2, 3)]


def test_lists_of_two_lengths_are_shown_as_a_whole() -> None:
    assert shown({"a": [1, 2]}, {"a": [2]}) == [("replace", "/a", [1, 2], [2])]


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, "1"), ([], {}), ("", None)])
def test_values_of_two_types_differ(old: Any, new: Any) -> None:
    assert len(shown({"a": old}, {"a": new})) == 1


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1.0), (0, -0.0), ({"x": 1, "y": 2}, {"y": 2, "x": 1})]
)
def test_values_that_json_takes_for_one_do_not_differ(old: Any, new: Any) -> None:
    assert shown({"a": old}, {"a": new}) == []


def test_two_different_secrets_show_as_changed_and_not_what_they_are() -> None:
    (found,) = field_differences({"password": "old"}, {"password": "new"}, ({},))
    assert (found.operation, found.sensitive) == (Operation.REPLACE, True)
    assert (found.old, found.new) == ("(sensitive)", "(sensitive)")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"erp": {"password": "hunter2"}}),
        ({"erp": {"password": "hunter2"}}, {}),
        ({"list": [{"token": "hunter2"}]}, {"list": []}),
        ({"secrets": ["hunter2"]}, {"secrets": ["hunter2", "x"]}),
        ({"pin": "hunter2"}, {"pin": {"$secret": "vault://a"}}),
    ],
)
def test_no_difference_holds_a_secret(old: Any, new: Any) -> None:
    marks: dict[str, Any] = {"properties": {"pin": {"writeOnly": True}}}
    schemas: tuple[dict[str, Any], ...] = ({}, marks)
    found = field_differences(old, new, schemas)
    assert found
    assert "hunter2" not in repr(found)


REFERENCE = {"$secret": "vault://a"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"authorization": "Bearer hunter2"}, {"authorization": REFERENCE}),
        ({"authorization": REFERENCE}, {"authorization": "Bearer hunter2"}),
        ({"code": 20_2020}, {"code": REFERENCE}),
        ({"held": ["hunter2", "x"]}, {"held": [REFERENCE]}),
        ({"held": [{"by": REFERENCE}]}, {"held": [{"by": "hunter2"}, {"by": 20_2020}]}),
        ({"held": {"by": ["hunter2"]}}, {"held": REFERENCE}),
    ],
)
def test_what_stands_where_the_other_side_has_a_reference_is_a_secret(old: Any, new: Any) -> None:
    (found,) = field_differences(old, new, ({},))
    assert "hunter2" not in repr(found)
    assert "202020" not in repr(found)
    assert "vault://a" in repr(found), "a reference is shown"


def test_a_mark_on_the_whole_configuration_makes_all_of_it_secret() -> None:
    (found,) = field_differences({"a": "hunter2"}, {"a": "hunter3"}, ({"x-sensitive": True},))
    assert (found.old, found.new, found.sensitive) == ("(sensitive)", "(sensitive)", True)


def test_a_secret_of_either_version_is_one() -> None:
    marks: dict[str, Any] = {"properties": {"pin": {"x-sensitive": True}}}
    orders: list[tuple[dict[str, Any], ...]] = [({}, marks), (marks, {})]
    for schemas in orders:
        (found,) = field_differences({"pin": "hunter2"}, {"pin": "hunter3"}, schemas)
        assert found.sensitive


def test_references_to_secrets_are_shown() -> None:
    old, new = {"$secret": "vault://a"}, {"$secret": "vault://b"}
    assert shown({"password": old}, {"password": new}) == [("replace", "/password", old, new)]


def test_a_number_that_json_cannot_carry_is_shown_as_text() -> None:
    assert shown({"a": 2**60}, {"a": 1}) == [("replace", "/a", str(2**60), 1)]


def test_a_new_value_names_its_source_and_a_removed_one_none() -> None:
    found = field_differences({"a": 1}, {"b": 1}, ({},), lambda path: f"file of {path[0]}")
    assert [difference.source for difference in found] == [None, "file of b"]
