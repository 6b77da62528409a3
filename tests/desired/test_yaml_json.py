"""JSON files: read by JSON's own grammar, with the refusals of YAML files."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.reader import read_yaml


def place_of(text: str) -> tuple[str, int, int]:
    reading = read_yaml("manifest.json", text.encode())
    assert reading.document is None
    [found] = reading.diagnostics
    return found.code, found.location.line, found.location.column


def test_json_reads_what_the_yaml_parser_would_refuse() -> None:
    long_key = "k" * 2_000
    text = (
        f'\ufeff {{"\\ud83d\\ude00": "\x7f\u2028", "{long_key}": [1, 1.0, 1e3, true, null, ""]}}\n'
    )
    reading = read_yaml("manifest.json", text.encode())
    assert reading.document is not None
    expected = {"😀": "\x7f\u2028", long_key: [1, 1.0, 1000.0, True, None, ""]}
    assert repr(reading.document.value) == repr(expected)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("{", 1, 2),
        ("[1,]", 1, 4),
        ("[1 2]", 1, 4),
        ("{'a': 1}", 1, 2),
        ("{a: 1}", 1, 2),
        ('{"a" 1}', 1, 6),
        ('{"a": 1,}', 1, 9),
        ('{"a": 1]', 1, 8),
        ('{"a": 1}\n{}', 2, 1),
        ("[012]", 1, 2),
        ("[+1]", 1, 2),
        ("[.5]", 1, 2),
        ("[1.]", 1, 2),
        ("[True]", 1, 2),
        ("[NaN]", 1, 2),
        ("[0x1F]", 1, 2),
        ("# comment", 1, 1),
        ('["a\tb"]', 1, 4),
        ('["a\\q"]', 1, 4),
        ('["a', 1, 2),
        ('[\n "a": 1]', 2, 5),
        ("\u00a0[]", 1, 1),
    ],
)
def test_json_is_refused_where_it_breaks_the_grammar(text: str, line: int, column: int) -> None:
    assert place_of(text) == ("json-syntax", line, column)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "\\u0061": 2}', "yaml-duplicate-key"),
        ('{"a": [{"b": 1, "b": 2}]}', "yaml-duplicate-key"),
        ("[9007199254740992]", "yaml-number"),
        ("[1e400]", "yaml-number"),
        ('["\\ud800"]', "yaml-character"),
        ('["\\ude00\\ud83d"]', "yaml-character"),
        ('["\\u0000"]', "yaml-character"),
        ('{"\\u0000": 1}', "yaml-character"),
    ],
)
def test_json_is_refused_for_what_yaml_is_refused_for(text: str, code: str) -> None:
    assert place_of(text)[0] == code
