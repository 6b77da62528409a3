"""Canonical form (RFC 8785) and the hash that signatures are given for."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.canonical import canonical_json, compact_json, config_hash, content_hash
from tests.support.json_values import json_objects, json_values

SITE, OTHER_SITE = UUID(int=1), UUID(int=2)


def test_canonical_form_is_that_of_the_published_example() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json(value).decode() == expected


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    canonical = canonical_json(dict.fromkeys(keys, 0)).decode()
    assert sorted(keys, key=lambda key: canonical.index(canonical_json(key).decode())) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740991, "9007199254740991"),
        (295147905179352830000.0, "295147905179352830000"),
        (1e21, "1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (333333333.33333325, "333333333.33333325"),
    ],
)
def test_numbers_are_written_as_ecmascript_writes_them(number: float, expected: str) -> None:
    assert canonical_json(number).decode() == expected


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 2**53, -(2**53)])
def test_what_json_cannot_hold_has_no_canonical_form(number: float) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(number)


@given(json_values())
def test_the_hash_is_sha_256_of_the_canonical_form(value: Any) -> None:
    assert content_hash(value) == "sha256:" + hashlib.sha256(canonical_json(value)).hexdigest()


@given(json_values() | st.dictionaries(st.text("ab$é\U0001f600", max_size=3), json_values()))
def test_the_form_is_the_library_s_own_for_every_value(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1))
def test_the_form_is_the_library_s_own_for_every_number(value: float) -> None:
    assert canonical_json([value, {"n": value}]) == rfc8785.dumps([value, {"n": value}])


@given(json_values())
def test_compact_json_is_the_value_as_python_writes_and_reads_it(value: Any) -> None:
    assert repr(_sorted(json.loads(compact_json(value)))) == repr(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(each) for each in value] if isinstance(value, list) else value


@given(json_objects(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_alter_the_hash(value: dict[str, Any], random: Any) -> None:
    keys = list(value)
    random.shuffle(keys)
    assert content_hash({key: value[key] for key in keys}) == content_hash(value)


def test_one_and_one_point_zero_are_the_same_number() -> None:
    assert content_hash({"a": 1}) == content_hash({"a": 1.0})


@pytest.mark.parametrize("other", [True, "1", [1], {"1": 1}, 2])
def test_what_is_not_the_number_one_has_another_hash(other: object) -> None:
    assert content_hash({"a": other}) != content_hash({"a": 1})


def test_the_hash_covers_site_extension_version_and_configuration() -> None:
    hashes = {
        config_hash(SITE, "line-dashboard", "1.0.0", {"a": 1}),
        config_hash(OTHER_SITE, "line-dashboard", "1.0.0", {"a": 1}),
        config_hash(SITE, "spc-engine", "1.0.0", {"a": 1}),
        config_hash(SITE, "line-dashboard", "1.0.1", {"a": 1}),
        config_hash(SITE, "line-dashboard", "1.0.0", {"a": 2}),
    }
    assert len(hashes) == 5
    assert config_hash(SITE, "line-dashboard", "1.0.0", {"a": 1.0}) in hashes


def test_the_hash_of_a_configuration_never_changes_between_releases() -> None:
    assert config_hash(SITE, "line-dashboard", "1.0.0", {"title": "Ö", "a": [1, None]}) == (
        "sha256:"
        + hashlib.sha256(
            '{"configuration":{"a":[1,null],"title":"Ö"},"extension":"line-dashboard",'
            '"site":"00000000-0000-0000-0000-000000000001","version":"1.0.0"}'.encode()
        ).hexdigest()
    )
