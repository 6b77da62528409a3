"""JSON as PostgreSQL stores it is taken back exactly, or not at all."""

from __future__ import annotations

import json
import math
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reconciler.model.canonical import canonical_json
from reconciler.model.stored import InexactNumberError, shown_value, stored_value
from tests.support.json_values import json_values

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53) + 1, 2**53 - 1)
)


def stored(connection: psycopg.Connection[Any], texts: list[str]) -> list[str]:
    rows = connection.execute("SELECT value::jsonb::text FROM unnest(%s::text[]) AS value", [texts])
    return [text for (text,) in rows]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.lists(st.one_of(NUMBERS, json_values()), min_size=1, max_size=20))
def test_what_is_stored_comes_back_with_the_same_canonical_form(
    server_url: str, values: list[Any]
) -> None:
    assume("\\u0000" not in json.dumps(values))  # PostgreSQL has no such character
    with psycopg.connect(server_url) as connection:
        texts = stored(connection, [json.dumps(value) for value in values])
    for text, value in zip(texts, values, strict=True):
        assert canonical_json(stored_value(text)) == canonical_json(value)


@given(json_values())
def test_what_is_shown_is_what_any_reader_reads(value: Any) -> None:
    text = json.dumps(value)
    shown = shown_value(text)
    assert repr(shown) == repr(json.loads(text))


@pytest.mark.parametrize(
    "text",
    ['"\\ud800"', "[" * 300 + "]" * 300, "1e400", "-0.0", "1" * 40, "9007199254740993", "1.10"],
)
def test_so_is_what_one_reader_does_not_take(text: str) -> None:
    assert repr(shown_value(text)) == repr(json.loads(text))


def test_what_no_reader_takes_is_described() -> None:
    assert shown_value("9" * 5000) == (
        "(cannot be shown: 5000 characters of JSON beyond what can be read)"
    )
    assert shown_value(None) is None


@pytest.mark.parametrize("text", ["1.0", "1", "1000", "0.1", "-2.50", "9007199254740991"])
def test_a_number_keeps_its_kind(text: str) -> None:
    value = stored_value(text)
    assert isinstance(value, float) == ("." in text)
    assert math.isclose(value, float(text), rel_tol=0)


@pytest.mark.parametrize(
    "text", ["9007199254740993", "1" + "0" * 400, "0.1234567890123456789", "1e-400", "9" * 5000]
)
def test_a_number_that_would_lose_digits_is_refused(text: str) -> None:
    with pytest.raises(InexactNumberError):
        stored_value(text)
