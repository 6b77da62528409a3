"""Whole files written by the product: readable, and read back as exactly the same value."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.desired.editing.blocks import block_document
from reconciler.desired.editing.writing import scalar
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.canonical import canonical_json
from tests.support.json_values import json_objects

# What one reader or another takes for something else than text.
TRAPS = (
    "yes", "No", "on", "y", "~", "null", "", "true", "012", "0o14", "0x1F", "1_000", "1:30",
    "12:30:45", "2026-01-01", "2026-01-01T10:00:00Z", "1e3", ".inf", ".nan", "-", "- a", "? a",
    "a: b", "a #b", "#", "&a", "*a", "!a", "|", ">", "%TAG", "@a", "`a", "---", "...", "<<", "=",
    " a", "a ", "\ta", "a\n", "\na", "a\nb", "a\nb\n", "a\n\n", "a \nb", " a\nb", "a\n  b\n\nc\n",
    "a\n---\nb", "a\n# b\n", "\r\n", "a\rb", "\x85", "\u2028", "\ufeff", "\x7f", "é", "日本", "😀",
    "'", '"', "\\", "{}", "[]", "$secret", "9007199254740993", "1e999", "-1e999", "x" * 5000,
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(TRAPS), st.text(st.sampled_from("ab \n\t-:#|>?&*![]{},'\"%@`~=\\01é\u2028"))
)


def read(text: str) -> Any:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is not None, reading.diagnostics
    return reading.document.value


def exactly(value: Any) -> str:
    """Return a form in which 1, 1.0, -0.0 and true are four values."""
    return json.dumps(value, sort_keys=True)


@given(json_objects())
def test_any_json_mapping_reads_back_as_itself(value: dict[str, Any]) -> None:
    assume("\\u0000" not in json.dumps(value))  # PostgreSQL has no such character
    back = read(block_document(value))
    assert exactly(back) == exactly(value)
    assert canonical_json(back) == canonical_json(value)


@settings(max_examples=50)
@given(
    st.dictionaries(
        TEXTS,
        st.recursive(
            TEXTS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_any_text_reads_back_as_itself_wherever_it_stands(value: dict[str, Any]) -> None:
    assert read(block_document(value)) == value


@pytest.mark.parametrize("text", TRAPS)
def test_other_readers_take_a_text_for_the_same_text(text: str) -> None:
    value: dict[str, Any] = {"a": text, "b": [text], "c": {"d": {"e": text}}}
    if "2026" not in text:  # a day, which YAML 1.1 knows and JSON does not
        assert yaml.safe_load(block_document(value)) == value


@pytest.mark.parametrize(
    "number", [0, -1, 1.0, 1000.0, 1e300, 1e-7, 5e-324, 0.1, 2**53 - 1, -(2**53 - 1), -0.0]
)
def test_a_number_stays_the_number_that_it_is(number: float) -> None:
    assert exactly(read(block_document({"n": number}))) == exactly({"n": number})


@pytest.mark.parametrize("text", ["9007199254740993", "1e999"])
def test_a_text_of_a_number_that_is_too_large_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


def test_a_file_is_written_as_a_person_would_write_it() -> None:
    value: dict[str, Any] = {
        "version": "3.1.0",
        "configuration": {
            "banner": "First line\n\n  second\n",
            "empty": {},
            "lines": [{"name": "A", "stations": [1, 2]}, {"name": "B"}],
            "password": {"$secret": "vault://plant/erp#password"},
            "plants": ["north", "south"],
        },
    }
    assert block_document(value) == (
        "version: 3.1.0\n"
        "configuration:\n"
        "  banner: |\n"
        "    First line\n"
        "\n"
        "      second\n"
        "  empty: {}\n"
        "  lines:\n"
        "    - name: A\n"
        "      stations: [1, 2]\n"
        "    - name: B\n"
        "  password: {$secret: vault://plant/erp#password}\n"
        "  plants: [north, south]\n"
    )
