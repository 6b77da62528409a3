"""What holds for every input: nothing raises, and every JSON value comes back as it was."""

from __future__ import annotations

import json
import re
import time

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.desired.yaml.reader import Reading, read_yaml
from reconciler.model.diagnostic import Severity
from reconciler.model.document import JsonValue
from tests.support.memory import mebibytes_taken

FRAGMENTS = [
    *("a: b\n", "- ", "? ", ": ", "key:", "\n", "\r\n", "  ", "\t", "#", " #c\n", "---\n", "...\n"),
    *("[", "]", "{", "}", ",", "|\n", ">-\n", "&a ", "*a", "!!str ", "!x ", "%TAG ! x\n", "<<"),
    *(
        '"',
        "'",
        "\\u0000",
        "\\ud800",
        "\0",
        "\x85",
        "\ufeff",
        "\u2028",
        "é",
        "😀",
        "1",
        "-",
        ".inf",
    ),
    *("%YAML 1.1\n", "true", "9" * 20, "a: &a [*a]\n", "!<", "@", "`", "null"),
]
DOCUMENT = """\
version: 3.1.0
configuration: &c
  url: https://sap.example/#x
  password: {$secret: "vault://a#b"}
  list: [1, 2.5, ~, 'x']
again: *c
text: |
  a
"""
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
TRAPS = st.sampled_from(
    [
        *("no", "on", "012", "0o12", "1e3", "12:30", "2026-01-01", "1_000", "~", "null", "", " "),
        *(
            "<<",
            "=",
            "- a",
            "a: b",
            "# c",
            "|",
            ">",
            "&a",
            "*a",
            "!x",
            "%x",
            "@",
            "`",
            "---",
            "...",
        ),
        *("a\nb", " a", "a ", "\n", "a\n\n", "'", '"', "\\", "true", ".inf", "0x1F", "?", "-", ":"),
        *("\t", "\r", "a\r\nb", "\x07", "\x7f", "\x85", "\u2028", "\ufeff", "😀", "k" * 200),
    ]
)
STRINGS = TEXTS | TRAPS
INTEGERS = st.integers(1 - 2**53, 2**53 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | STRINGS,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(STRINGS, parts, max_size=4),
    max_leaves=12,
)
TWO_READINGS = re.compile("[\x85\u2028\u2029\ufeff]")
THOROUGH = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_sound(reading: Reading) -> None:
    """A reading has a document or an error, never both and never neither."""
    errors = [found for found in reading.diagnostics if found.severity is Severity.ERROR]
    assert (reading.document is None) == bool(errors)
    if reading.document is not None:
        json.dumps(reading.document.value, allow_nan=False).encode()
        reading.document.locate(("a", 0))


def assert_reads_back(path: str, text: str, value: JsonValue) -> None:
    reading = read_yaml(path, text.encode())
    assert reading.document is not None, reading.diagnostics
    assert repr(reading.document.value) == repr(value)


@THOROUGH
@given(st.binary(max_size=200), st.sampled_from(["f.yaml", "f.json"]))
@example(b"\xff\xfe\x00\xd8", "f.yaml")
@example(b"\xef\xbb\xbf\xef\xbb\xbf", "f.json")
def test_any_bytes_are_read_or_refused(data: bytes, path: str) -> None:
    assert_sound(read_yaml(path, data))


@THOROUGH
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@example("[*")
@example("? ? ? a")
@example("[ a,? ]\n ]\n")
def test_any_mixture_of_syntax_is_read_or_refused(text: str) -> None:
    assert_sound(read_yaml("f.yaml", text.encode()))
    assert_sound(read_yaml("f.json", text.encode()))


@THOROUGH
@given(st.data())
def test_document_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(DOCUMENT)))
    end = data.draw(st.integers(start, min(len(DOCUMENT), start + 8)))
    put = data.draw(st.sampled_from(FRAGMENTS) | st.just(""))
    assert_sound(read_yaml("f.yaml", (DOCUMENT[:start] + put + DOCUMENT[end:]).encode()))


@THOROUGH
@given(VALUES, st.booleans())
def test_what_safe_dump_writes_reads_back_the_same(value: JsonValue, unicode: bool) -> None:
    text = yaml.dump(value, Dumper=CoreDumper, sort_keys=False, allow_unicode=unicode)
    if TWO_READINGS.search(text):
        assert read_yaml("f.yaml", text.encode()).document is None
    else:
        assert_reads_back("f.yaml", text, value)


@THOROUGH
@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_what_json_dumps_writes_reads_back_the_same(
    value: JsonValue,
    ascii_only: bool,
    indent: int | None,
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert_reads_back("f.json", text, value)


@THOROUGH
@given(VALUES)
def test_json_read_as_yaml_is_the_same_value_or_is_refused(value: JsonValue) -> None:
    reading = read_yaml("f.yaml", json.dumps(value, ensure_ascii=False).encode())
    if reading.document is not None:
        assert repr(reading.document.value) == repr(value)
    else:
        assert {found.code for found in reading.diagnostics} == {"yaml-character"}


class CoreDumper(yaml.SafeDumper):
    """PyYAML's safe dumper, told which further words YAML 1.2 takes for numbers."""


CoreDumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"0o[0-7]+$|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


@pytest.mark.parametrize("path", ["f.yaml", "f.json"])
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 2**20,
        b'{"a":' * 200_000,
        b"- " * 2**19,
        b"? " * 2**19,
        b"- |\n" * 2**18,
        b"a: &a [" * 140_000,
        b"- &a x\n" + b"- *a\n" * 200_000,
        b"- &a [*a]\n" * 100_000,
        b"1: x\n" * 200_000,
        b"[" + b"[]," * 340_000,
        b'["#"#\n,' + b'"",#\n' * 200_000,
        b"\xe2\x80\xa8" * 340_000,
        b"9" * 2**20,
        b"1." + b"9" * (2**20 - 2),
        b"".join(b"%%TAG !a%d! x\n" % number for number in range(60_000)),
        b'"' + b"\\u0041" * 170_000,
        b"&a " * 340_000,
    ],
    ids=lambda data: data[:8].decode("ascii", "replace"),
)
def test_hostile_mebibyte_is_answered_within_five_seconds(data: bytes, path: str) -> None:
    started = time.perf_counter()
    taken = mebibytes_taken(lambda: assert_sound(read_yaml(path, data)))
    assert time.perf_counter() - started < 5
    # With the hundred that the program takes by itself, less than 512.
    assert taken < 400
