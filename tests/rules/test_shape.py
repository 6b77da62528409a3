"""The shape of a configuration: what it leaves out makes no difference to what is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.loader import load
from reconciler.rules.shape import UnusualError, shape_of, shapes_if_usual
from tests.support.plant import Plant

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "interval": {"type": "integer"},
        "apiToken": {},
        "secretKey": {"type": "string", "pattern": "^vault", "minLength": 20},
        "limit": {"type": "integer", "maximum": 1},
        "hidden": {"x-sensitive": True},
        "list": {"type": "array", "items": [{"type": "object", "properties": {"a": {}}}, {}]},
        "inner": {
            "type": "object",
            "properties": {"password": {"type": "string"}, "n": {"type": "number"}},
            "required": ["password"],
            "additionalProperties": False,
        },
    },
}
ALIKE_ITEMS = {
    **SCHEMA,
    "properties": {
        **SCHEMA["properties"],
        "list": {"type": "array", "items": {"properties": {"a": {}, "password": {}}}},
    },
}
REFERENCE: Any = {"$secret": "vault://plant/sap#password"}
LEAVES = st.sampled_from(
    [1, 2, 1.5, True, None, "x", "vault" * 9, "https://u:p@host", "me@host", REFERENCE,
     {"$secret": "no"},
     {"$encrypted": "age:x"}, {"$secret": "vault://a/b", "more": 1}]
)  # fmt: skip
KEYS = (
    "interval",
    "apiToken",
    "secretKey",
    "limit",
    "hidden",
    "list",
    "inner",
    "password",
    "n",
    "a",
    "unknown",
)
VALUES = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(KEYS), below, max_size=3)
    ),
    max_leaves=6,
)
CONFIGURATIONS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)


def findings(*configurations: Any, schema: Any = SCHEMA) -> list[list[str]]:
    """Return what is found about each of some configurations that are checked one after another."""
    plant = Plant().offer("sap-adapter", configuration=schema)
    for number, configuration in enumerate(configurations):
        plant.site(f"plant-{number}")
        plant.enable(f"plant-{number}", "sap-adapter", configuration=configuration)
    content = load(plant.tree).content
    return [
        sorted(
            f"{found.code} {found.subject} {found.location.line}"
            for found in content
            if found.site == f"plant-{number}"
        )
        for number in range(len(configurations))
    ]


def named(name: str) -> dict[str, Any]:
    return {"properties": {name: {}}}


@pytest.mark.parametrize("schema", [SCHEMA, ALIKE_ITEMS])
@given(several=st.lists(CONFIGURATIONS, min_size=2, max_size=5))
def test_what_is_found_does_not_hang_on_what_was_checked_before(
    schema: Any, several: list[Any]
) -> None:
    found = findings(*several, schema=schema)
    assert found == [findings(each, schema=schema)[0] for each in several]


def test_nor_on_how_long_a_list_was_where_each_place_is_described_by_itself() -> None:
    one, two = {"list": [{"a": 1}]}, {"list": [{"a": 1}, {"a": 1}]}
    schema = {"properties": {"list": {"items": [named("a"), named("b")]}}}
    assert findings(two, schema=schema)[0], "the second has nothing of that name"
    assert findings(one, two, schema=schema) == [[], *findings(two, schema=schema)]


def test_nor_on_a_list_that_is_short_enough_to_be_checked() -> None:
    schema = {"properties": {"list": {"items": {"enum": list(range(1_000))}}}}
    short, long = {"list": [1] * 20}, {"list": [1] * 200}
    found = findings(short, long, schema=schema)
    assert [len(each) for each in found] == [0, 1]
    assert found[1][0].startswith("configuration-too-large")


def test_lists_of_any_length_and_texts_are_alike_where_that_makes_no_difference() -> None:
    alike: list[Any] = [{"a": ["x"]}, {"a": ["y", "z" * 100, "x"]}, {"a": ["x", 1]}]
    one, two, other = map(shapes_if_usual, alike)
    assert one is not None
    assert two is not None
    assert other is not None
    assert one.loose == two.loose != other.loose
    assert one.exact != two.exact
    assert (one.size, two.size) == (3, 6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": True}, {"a": 1}),
        ({"a": None}, {"a": False}),
        ({"a": [1]}, {"a": {"list": 1}}),
        ({"a": []}, {"a": {}}),
        ({"a": 1, "b": 1}, {"a": 1}),
        ({"a": REFERENCE}, {"a": "reference"}),
    ],
)
def test_keys_and_kinds_of_values_make_the_shape(one: Any, other: Any) -> None:
    assert shape_of(one) != shape_of(other)


def test_values_and_numbers_of_either_kind_do_not() -> None:
    assert shape_of({"a": 1, "b": ["x", REFERENCE]}) == shape_of(
        {"a": 1.5, "b": ["y", {"$secret": "vault://other/one#x"}]}
    )


@pytest.mark.parametrize(
    "unusual", ["https://user:hunter2@host", {"$secret": "hunter2"}, {"$encrypted": "age:x"}]
)
def test_what_is_nearly_a_secret_has_no_shape(unusual: Any) -> None:
    with pytest.raises(UnusualError):
        shape_of({"a": [unusual]})
