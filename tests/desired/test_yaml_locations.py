"""Where each part of a file stands, in lines and columns that count from 1."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import Document, Path

TEXT = """\
version: 3.1.0
configuration:
  retries: &limits {limit: 5, "back off": [1, 2]}
  ключ:  значение
  again: *limits
  list:
  - first
  - name: second
    empty:
  text: |
    body
"""
JSON_TEXT = '{"a": [1,\r\n  {"b": "x", "c": null}],\n "d": ""}'


def read(path: str, text: str) -> Document:
    document = read_yaml(path, text.encode()).document
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        (("version",), 1, 10),
        (("configuration",), 3, 3),
        (("configuration", "retries"), 3, 12),
        (("configuration", "retries", "limit"), 3, 28),
        (("configuration", "retries", "back off", 1), 3, 47),
        (("configuration", "ключ"), 4, 10),
        (("configuration", "again"), 3, 12),
        (("configuration", "again", "limit"), 3, 28),
        (("configuration", "list"), 7, 3),
        (("configuration", "list", 0), 7, 5),
        (("configuration", "list", 1, "name"), 8, 11),
        (("configuration", "list", 1, "empty"), 9, 11),
        (("configuration", "text"), 10, 9),
        (("configuration", "list", 7, "name"), 7, 3),
        (("configuration", "absent", "deeper"), 3, 3),
        (("version", "deeper"), 1, 10),
        (("configuration", "list", "first"), 7, 3),
        (("absent",), 1, 1),
    ],
)
def test_locate_gives_the_value_or_its_deepest_existing_part(
    path: Path, line: int, column: int
) -> None:
    place = read("site.yaml", TEXT).locate(path)
    assert (place.path, place.line, place.column) == ("site.yaml", line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("version",), 1, 1),
        (("configuration", "retries", "back off"), 3, 31),
        (("configuration", "again"), 5, 3),
        (("configuration", "again", "limit"), 3, 21),
        (("configuration", "list", 1, "empty"), 9, 5),
        (("configuration", "list", 1), 8, 5),
        (("configuration", "absent"), 3, 3),
        (("absent", "deeper"), 1, 1),
        ((), 1, 1),
    ],
)
def test_locate_key_gives_the_key_or_what_locate_says(path: Path, line: int, column: int) -> None:
    place = read("site.yaml", TEXT).locate_key(path)
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [((), 1, 1), (("a", 0), 1, 8), (("a", 1, "c"), 2, 19), (("d",), 3, 7), (("a", 5), 1, 7)],
)
def test_json_is_located_like_yaml(path: Path, line: int, column: int) -> None:
    for name in ("manifest.json", "manifest.yaml"):
        place = read(name, JSON_TEXT).locate(path)
        assert (place.line, place.column) == (line, column)


def test_columns_count_characters_and_no_byte_order_mark() -> None:
    document = read("f.yaml", "\ufeff{😀: é, b: c}")
    assert document.locate_key(("😀",)).column == 2
    assert document.locate(("b",)).column == 11


def test_aliased_key_is_located_where_the_alias_stands() -> None:
    document = read("f.yaml", "a: &k name\n*k : x\n")
    assert document.locate_key(("name",)).line == 2
    assert document.locate(("name",)).line == 2
