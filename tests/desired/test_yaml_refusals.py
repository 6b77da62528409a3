"""What is refused, with which code, and at which line and column."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.alias_expansion import MAX_NODES
from reconciler.desired.yaml.findings import MAX_FINDINGS
from reconciler.desired.yaml.reader import read_yaml
from reconciler.desired.yaml.source import MAX_BYTES


def places_of(data: str | bytes, path: str = "file.yaml") -> list[tuple[str, int, int]]:
    data = data if isinstance(data, bytes) else data.encode()
    reading = read_yaml(path, data)
    assert reading.document is None
    return [
        (found.code, found.location.line, found.location.column) for found in reading.diagnostics
    ]


def messages_of(text: str) -> list[str]:
    return [found.message for found in read_yaml("file.yaml", text.encode()).diagnostics]


def test_every_duplicate_key_is_reported_at_any_depth() -> None:
    text = "a: 1\nb:\n  - {c: 1, 'c': 2}\na: 2\n? a\n: 3\n"
    assert places_of(text) == [
        ("yaml-duplicate-key", 3, 12),
        ("yaml-duplicate-key", 4, 1),
        ("yaml-duplicate-key", 5, 3),
    ]


def test_duplicate_key_names_the_line_of_the_first() -> None:
    assert messages_of("x: 1\nkey: 1\nkey: 2\n") == [
        "key 'key' is given twice in one mapping; the first is at line 2"
    ]


@pytest.mark.parametrize(
    "keys", [("a", '"\\x61"'), ("a", "!!str a"), ("no", '"no"'), ("é", '"\\u00e9"')]
)
def test_keys_are_duplicates_when_they_read_the_same_however_written(
    keys: tuple[str, str],
) -> None:
    assert places_of(f"{keys[0]}: 1\n{keys[1]}: 2\n") == [("yaml-duplicate-key", 2, 1)]


def test_key_in_a_message_is_cut_and_its_control_characters_are_escaped() -> None:
    key = '"\\e[31m' + "k" * 100 + '"'
    [message] = messages_of(f"{key}: 1\n{key}: 2\n")
    assert "\x1b" not in message
    assert "\\x1b[31m" in message
    assert "k" * 59 not in message


@pytest.mark.parametrize(
    "key", ["1", "1.5", "true", "null", "~", "0x1F", "? [a]", "? {a: 1}", "? ", "? - a", "!!int 3"]
)
def test_key_is_refused_when_it_is_no_string(key: str) -> None:
    found = places_of(f"{key}\n: value" if key.startswith("?") else f"{key}: value")
    assert [code for code, _, _ in found] == ["yaml-key-not-string"]


def test_key_is_a_string_when_only_yaml_1_1_reads_it_otherwise() -> None:
    reading = read_yaml("file.yaml", b'on: 1\n12:30: 2\n2026-01-01: 3\n"1": 4\n1_0: 5\n')
    assert reading.document is not None
    assert reading.document.value == {"on": 1, "12:30": 2, "2026-01-01": 3, "1": 4, "1_0": 5}


def test_merge_key_is_refused_and_a_quoted_one_is_a_key() -> None:
    text = "base: &b {x: 1}\nsite:\n  <<: *b\n"
    assert places_of(text) == [("yaml-merge-key", 3, 3)]
    assert read_yaml("file.yaml", b'"<<": 1').document is not None


def test_keys_that_differ_only_in_case_or_unicode_form_are_a_warning() -> None:
    reading = read_yaml("file.yaml", "Host: 1\nhost: 2\ncafé: 3\ncafe\u0301: 4\n".encode())
    assert reading.document is not None
    assert [(found.code, found.location.line) for found in reading.diagnostics] == [
        ("yaml-similar-key", 2),
        ("yaml-similar-key", 4),
    ]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a: b\nc: \xff\n", 2, 4),
        ("é: 1\nb: ä".encode() + b"\xc3", 2, 5),
        (b"\xff\xfea\0:\0", 1, 1),
        (b"\xfe\xff\0a\0:", 1, 1),
        (b"a: \xed\xa0\x80", 1, 4),
        (b"a: \xc0\x80", 1, 4),
        (b"a: \xf4\x90\x80\x80", 1, 4),
    ],
)
def test_file_that_is_not_utf_8_is_refused_where_it_stops_being(
    data: bytes, line: int, column: int
) -> None:
    assert places_of(data) == [("yaml-encoding", line, column)]
    assert places_of(data, "file.json") == [("yaml-encoding", line, column)]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a: b\0", 1, 5),
        (b"a:\n  b: \x07", 2, 6),
        (b"a\0:\0", 1, 2),
        (b'a: "\\0"', 1, 4),
        (b'a: "x\\u0000"', 1, 4),
        (b'a: "x\\ud83d\\ude00"', 1, 6),
        ("a: x\u2028y".encode(), 1, 5),
        ("a: 'x\x85y'".encode(), 1, 6),
        ("\ufeff\ufeffa: b".encode(), 1, 1),
        (b"a: \x7f", 1, 4),
    ],
)
def test_character_is_refused_when_it_cannot_be_kept_or_seen(
    data: bytes, line: int, column: int
) -> None:
    [(code, *place)] = places_of(data)
    assert (code, place[0]) == ("yaml-character", line)
    assert place[1] == column or data.startswith(b'a: "x\\ud83d')


def test_byte_order_mark_and_every_line_break_are_accepted() -> None:
    reading = read_yaml("file.yaml", "\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\rd: 3\n".encode())
    assert reading.document is not None
    assert reading.document.value == {"a": 1, "b": "x\ny\n", "c": 2, "d": 3}
    assert reading.document.locate(("d",)).line == 6


@pytest.mark.parametrize("text", ["a\n---\nb\n", "a: 1\n---\n", "---\n---\n", "a\n...\n---\nb"])
def test_second_document_is_refused(text: str) -> None:
    [(code, _, column)] = places_of(text)
    assert (code, column) == ("yaml-documents", 1)


@pytest.mark.parametrize("data", [b"", b"\n", b"# only\n  # comments", b"---\n", b"\xef\xbb\xbf"])
def test_empty_file_reads_as_none(data: bytes) -> None:
    reading = read_yaml("file.yaml", data)
    assert reading.document is not None
    assert reading.document.value is None
    assert reading.document.locate(("a",)).column == 1


def test_declared_version_is_named_when_it_reads_words_otherwise() -> None:
    (found,) = read_yaml("file.yaml", b"%YAML 1.1\n---\na: no\n").diagnostics
    assert (found.code, found.severity) == ("yaml-version", "warning")
    assert read_yaml("file.yaml", b"%YAML 1.2 # core\n---\na: no\n").diagnostics == ()


def test_size_is_refused_beyond_one_mebibyte() -> None:
    comment = b"a: 1 #".ljust(MAX_BYTES, b"x")
    assert read_yaml("file.yaml", comment).document is not None
    assert places_of(comment + b"x") == [("yaml-size", 1, 1)]


@pytest.mark.parametrize("path", ["file.yaml", "file.json"])
def test_nesting_is_refused_beyond_one_hundred(path: str) -> None:
    assert read_yaml(path, b"[" * 100 + b"]" * 100).document is not None
    assert places_of("[" * 101 + "]" * 101, path) == [("yaml-nesting", 1, 101)]


def test_nesting_is_counted_through_aliases() -> None:
    inner, outer = "[" * 60 + "]" * 60, "[" * 39
    assert read_yaml("f", f"- &a {inner}\n- {outer}*a{']' * 39}".encode()).document is not None
    text = f"- &a {inner}\n- {outer}[*a]{']' * 39}"
    assert places_of(text) == [("yaml-nesting", 2, 43)]


def test_alias_copies_what_its_anchor_holds() -> None:
    reading = read_yaml("f", b"a: &x {k: [1, 2]}\nb: *x\nc: &x 5\nd: *x\ne: &k key\n*k : v\n")
    assert reading.document is not None
    value = reading.document.value
    assert value == {
        "a": {"k": [1, 2]},
        "b": {"k": [1, 2]},
        "c": 5,
        "d": 5,
        "e": "key",
        "key": "v",
    }
    assert isinstance(value, dict)
    assert value["a"] is not value["b"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: *x\nb: &x 1", "yaml-undefined-alias"),
        ("a: *x", "yaml-undefined-alias"),
        ("&x [*x]", "yaml-recursive-alias"),
        ("a: &x\n  b: {c: *x}", "yaml-recursive-alias"),
        ("a: &x 1\n*x : 2", "yaml-key-not-string"),
    ],
)
def test_alias_is_refused_when_it_leads_nowhere_or_to_itself(text: str, code: str) -> None:
    assert [found for found, _, _ in places_of(text)] == [code]


def test_alias_to_an_anchor_defined_again_inside_is_no_recursion() -> None:
    reading = read_yaml("f", b"&x [&x 1, *x]")
    assert reading.document is not None
    assert reading.document.value == [1, 1]


def test_aliases_are_refused_beyond_ten_thousand_values() -> None:
    ten = "\n".join(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))
    assert [code for code, _, _ in places_of(f"- &a0 x\n{ten}")] == ["yaml-alias-expansion"]
    flat = "- &a x\n" + "- *a\n" * MAX_NODES
    assert read_yaml("f", flat.encode()).document is not None
    assert places_of(flat + "- *a\n") == [("yaml-alias-expansion", MAX_NODES + 2, 3)]


def test_aliases_are_refused_when_they_repeat_a_long_text() -> None:
    text = f"- &a {'x' * 100_000}\n" + "- *a\n" * 20
    assert places_of(text) == [("yaml-alias-expansion", 12, 3)]


def test_findings_before_a_syntax_error_are_reported_with_it() -> None:
    assert places_of("a: 1\na: 2\n1: x\nb: [\n") == [
        ("yaml-duplicate-key", 2, 1),
        ("yaml-key-not-string", 3, 1),
        ("yaml-syntax", 5, 1),
    ]


def test_reading_stops_at_a_thousand_findings_and_says_so() -> None:
    found = places_of("1: x\n" * 5_000)
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1] == ("yaml-too-many-findings", MAX_FINDINGS + 1, 1)
