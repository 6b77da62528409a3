"""JSON Pointers (RFC 6901): from a path to its text and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.document import JsonValue, Path
from reconciler.model.pointer import contains, path_of, pointer, value_at
from tests.support.json_values import json_values

DOCUMENT: Any = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "m~n": 8,
    "0": {"1": "text keys"},
    "~1": 9,
}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("/foo", ("foo",)),
        ("/foo/0", ("foo", 0)),
        ("/", ("",)),
        ("/a~1b", ("a/b",)),
        ("/m~0n", ("m~n",)),
        ("/~01", ("~1",)),
        ("/0/1", ("0", "1")),
    ],
)
def test_a_pointer_leads_to_the_part_it_names(text: str, path: Path) -> None:
    assert path_of(text, DOCUMENT) == path


@pytest.mark.parametrize(
    "text",
    ["foo", "/bar", "/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/foo/bar", "/a/b", "/foo/\u0660"],
)
def test_a_pointer_to_nothing_leads_nowhere(text: str) -> None:
    assert path_of(text, DOCUMENT) is None


def every_path(value: JsonValue, path: Path = ()) -> list[Path]:
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    return [path, *(found for key, part in parts for found in every_path(part, (*path, key)))]


@given(json_values(), st.data())
def test_the_pointer_of_any_part_leads_back_to_it(value: JsonValue, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(every_path(value)))
    assert path_of(pointer(path), value) == path
    assert contains(value, path)
    value_at(value, path)


def test_the_value_at_no_place_is_an_error() -> None:
    assert value_at(DOCUMENT, ("foo", 1)) == "baz"
    with pytest.raises(KeyError, match="/foo/2"):
        value_at(DOCUMENT, ("foo", 2))
