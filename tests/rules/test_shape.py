"""The shape of a configuration: what it leaves out makes no difference to what is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.loader import load
from reconciler.rules.shape import UnusualError, shape_of
from tests.support.plant import Plant

SCHEMA = {
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


def findings(*configurations: Any) -> list[list[str]]:
    """Return what is found about each of some configurations that are checked one after another."""
    plant = Plant().offer("sap-adapter", configuration=SCHEMA)
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


@given(st.lists(CONFIGURATIONS, min_size=2, max_size=5))
def test_what_is_found_does_not_hang_on_what_was_checked_before(several: list[Any]) -> None:
    assert findings(*several) == [findings(each)[0] for each in several]


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
