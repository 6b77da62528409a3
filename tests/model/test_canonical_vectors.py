"""The canonical form held against RFC 8785's own numbers and the published input files.

The numbers are those of its appendix B, the values those of section 3.2.2 and of the test data
that its author keeps.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.canonical import canonical_json
from tests.support.json_values import json_values

NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
"""Doubles as the bits of their IEEE 754 form, and how each is written."""

VALUES: dict[str, tuple[str, str]] = {
    "arrays": (
        '[ 56, { "d": true, "10": null, "1": [ ] } ]',
        '[56,{"1":[],"10":null,"d":true}]',
    ),
    "french": (
        '{"peach": "a", "p\\u00e9ch\\u00e9": "b", "p\\u00eache": "c", "sin": "d"}',
        '{"peach":"a","p\u00e9ch\u00e9":"b","p\u00eache":"c","sin":"d"}',
    ),
    "structures": (
        (
            '{"1": {"f": {"f": "hi", "F": 5}, "\\n": 56.0}, "10": {}, "": "empty", "a": {},'
            ' "111": [{"e": "yes", "E": "no"}], "A": {}}'
        ),
        (
            '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],'
            '"A":{},"a":{}}'
        ),
    ),
    "unicode": ('{"Unnormalized Unicode": "A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    "values": (
        (
            '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
            ' "string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
            ' "literals": [null, true, false]}'
        ),
        (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ),
    ),
    "weird": (
        (
            '{"\\u20ac": 1, "\\r": 2, "\\u000a": 3, "1": 4, "\\u0080": "Control\\u007f",'
            ' "\\ud83d\\ude02": 5, "\\u00f6": 6, "\\ufb33": 7, "</script>": 8}'
        ),
        (
            '{"\\n":3,"\\r":2,"1":4,"</script>":8,"\x80":"Control\x7f","\u00f6":6,"\u20ac":1,'
            '"\U0001f602":5,"\ufb33":7}'
        ),
    ),
}
"""Each published file by its name: what goes in and what comes out, long texts shortened."""


def as_ecmascript_reads(form: bytes) -> Any:
    """Read JSON with every number as a double, as RFC 8785 takes them."""
    return json.loads(form, parse_int=float)


@pytest.mark.parametrize(("bits", "expected"), NUMBERS.items())
def test_a_double_is_written_as_appendix_b_writes_it(bits: str, expected: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number).decode() == expected


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_a_double_that_is_no_number_of_json_is_refused(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(number)


@pytest.mark.parametrize(("written", "expected"), VALUES.values(), ids=VALUES)
def test_a_published_value_has_its_published_form(written: str, expected: str) -> None:
    assert canonical_json(json.loads(written)) == expected.encode()


@given(json_values())
def test_the_canonical_form_is_its_own_canonical_form(value: Any) -> None:
    form = canonical_json(value)
    assert canonical_json(as_ecmascript_reads(form)) == form


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_canonical_form_of_a_double_reads_back_as_that_double(number: float) -> None:
    assert as_ecmascript_reads(canonical_json(number)) == number


ASCII_TEXTS = st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=8)
WITHOUT_FLOATS = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII_TEXTS, inner, max_size=4),
)


@given(WITHOUT_FLOATS)
def test_without_floats_and_with_ascii_keys_it_is_sorted_compact_json(value: Any) -> None:
    compact = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == compact.encode()


def _reordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_reordered(item) for item in value]
    if isinstance(value, dict):
        return {key: _reordered(value[key]) for key in reversed(value)}
    return value


@given(json_values())
def test_the_order_of_keys_at_any_depth_does_not_show(value: Any) -> None:
    assert canonical_json(_reordered(value)) == canonical_json(value)
