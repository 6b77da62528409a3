"""What an unquoted scalar means: the core schema of YAML 1.2, types included."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import JsonValue

UNREPEATED = "hunter2secret"


def value_of(text: str) -> JsonValue:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.diagnostics == ()
    assert reading.document is not None
    return reading.document.value


def codes_of(text: str) -> list[str]:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is None
    return [found.code for found in reading.diagnostics]


def assert_same(actual: JsonValue, expected: JsonValue) -> None:
    """Compare type and value: 1, 1.0 and True are three things."""
    assert (type(actual), repr(actual)) == (type(expected), repr(expected))


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "NO", "off", "on", "yes", "y", "n", "tRUE", "nULL", "None", "nil"),
        *("12:30", "1:30:00", "2026-01-01", "2026-01-01T10:00:00Z", "1_000", "0b11"),
        *("-0x1F", "+0o7", "0X1F", "0O7", "0o8", "0xG", "0x", "1e", "e3", ".", "..", "-.", "+"),
        *("1.2.3", "1.5.", "3.1.0", "v1", "1,000", "--1", "1-", "١٢", "\uff11", "=", ".Nan", "inf"),
        *("https://sap.hartford.example", "a:b", "a#b", "~x", "<", "-a", "?a", ":a", "nan"),
    ],
)
def test_plain_scalar_is_a_string_when_the_core_schema_gives_it_no_other_type(text: str) -> None:
    assert_same(value_of(text), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *(("0", 0), ("012", 12), ("-012", -12), ("+7", 7), ("-0", 0), ("0o12", 10), ("0x1F", 31)),
        *(("0o017", 15), ("0x0000000000000000000000ff", 255), ("00000000000000000000009", 9)),
        *(("9007199254740991", 2**53 - 1), ("-9007199254740991", 1 - 2**53)),
        *(("0x1FFFFFFFFFFFFF", 2**53 - 1), ("0o377777777777777777", 2**53 - 1)),
        *((".5", 0.5), ("+1.5", 1.5), ("1.", 1.0), ("1e3", 1000.0), ("1E+3", 1000.0)),
        *(("-1.5e-3", -0.0015), ("-0.0", -0.0), ("12e03", 12000.0), ("1e-400", 0.0)),
        ("9007199254740993.0", 9007199254740992.0),
    ],
)
def test_plain_scalar_has_the_type_the_core_schema_gives_it(text: str, expected: JsonValue) -> None:
    assert_same(value_of(f"key: {text}\n"), {"key": expected})


@pytest.mark.parametrize(
    "text",
    [
        *("9007199254740992", "-9007199254740992", "0x20000000000000", "0o400000000000000000"),
        *("9" * 5000, "0x" + "f" * 5000, "0o" + "7" * 5000, "1e999", "-1e999", "9" * 400 + ".0"),
        *(
            ".inf",
            "-.Inf",
            "+.INF",
            ".nan",
            ".NaN",
            ".NAN",
            "!!float .nan",
            "!!int 9007199254740993",
        ),
    ],
)
def test_number_is_refused_when_json_cannot_hold_it(text: str) -> None:
    assert codes_of(text) == ["yaml-number"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("!!str 12", "12"), ("!!str", ""), ("!!str true", "true"), ("!!null ''", None)),
        *(("!!int '012'", 12), ("!!int 0x10", 16), ("!!float 1", 1.0), ('!!float "2e1"', 20.0)),
        *(("!!bool 'true'", True), ("!!map {a: 1}", {"a": 1}), ("!!seq [1]", [1])),
        *(("!<tag:yaml.org,2002:str> 1", "1"), ("%TAG !c! tag:yaml.org,2002:\n--- !c!str 1", "1")),
    ],
)
def test_core_tag_is_honoured_when_what_it_tags_is_of_its_type(
    text: str, expected: JsonValue
) -> None:
    assert_same(value_of(text), expected)


@pytest.mark.parametrize(
    "text",
    [
        *("!!int 1.5", "!!int true", "!!int ''", "!!float x", "!!bool yes", "!!bool 1", "!!null x"),
        *("!!map x", "!!seq x", "!!str [a]", "!!map [a]", "!!seq {a: 1}", "!!int {a: 1}"),
    ],
)
def test_core_tag_is_refused_when_what_it_tags_is_of_another_type(text: str) -> None:
    assert codes_of(text) == ["yaml-tag-mismatch"]


@pytest.mark.parametrize(
    "text",
    [
        *("!secret x", "!!binary aGk=", "!!timestamp 2026-01-01", "!!set {a}", "!!omap []"),
        *("! 12", "!!python/object/apply:os.system [id]", "!<x> a", "!env {a: 1}", "!!merge x"),
        "%TAG !! tag:example.com,2000:\n--- !!str a",
    ],
)
def test_tag_is_refused_when_it_is_no_core_tag(text: str) -> None:
    assert codes_of(text) == ["yaml-tag"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a\\tb\\x41\\u00e9\\U0001F600\\/"', "a\tbAé😀/"),
        ("'it''s \\n'", "it's \\n"),
        ('"one\n  two\n\n  three"', "one two\nthree"),
        ("one\n  two", "one two"),
        ("|\n  a\n   b\n", "a\n b\n"),
        ("|-\n  a\n\n", "a"),
        ("|+\n  a\n\n", "a\n\n"),
        (">\n  a\n  b\n\n  c\n", "a b\nc\n"),
        ("|2\n   a\n", " a\n"),
        ("|  # comment\n  a\n", "a\n"),
        ("a\t# comment", "a"),
    ],
)
def test_string_reads_as_its_style_says(text: str, expected: str) -> None:
    assert value_of(text) == expected


def test_missing_final_newline_changes_no_value() -> None:
    for text in ("a: |\n  x", "a: |+\n  x\n   ", "- |+\n   ", "a: b", "a: >\n  x\n  y"):
        assert value_of(text) == value_of(text + "\n")


@pytest.mark.parametrize(
    "text",
    [
        f"password: !!int {UNREPEATED}",
        f"password: !vault {UNREPEATED}",
        f'password: "{UNREPEATED}\\0"',
        f'password: "{UNREPEATED}\\ud800"',
        # A password that begins with '*', '!' or '&' and that nobody quoted.
        f"password: *{UNREPEATED}",
        f"password: !{UNREPEATED}",
        f"password: !!{UNREPEATED} x",
        f"password: &{UNREPEATED} [*{UNREPEATED}]",
        f"*{UNREPEATED} : x",
        f"password: &{UNREPEATED}]x y",
        f"password: [:x, &{UNREPEATED} @y",
        f"password: {UNREPEATED}: b",
        f'password: "{UNREPEATED}',
        f"password: [{UNREPEATED}",
        f"password: &{UNREPEATED[:3]} [{UNREPEATED}, *abc]",
        f"password: 9007199254740993\nb: {UNREPEATED}\nb: {UNREPEATED}",
        f"- {UNREPEATED}\n{UNREPEATED}\x07",
    ],
)
def test_finding_never_repeats_the_value_it_is_about(text: str) -> None:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is None
    said = "".join(found.message + found.hint for found in reading.diagnostics)
    assert UNREPEATED not in said
    assert "9007199254740993" not in said
