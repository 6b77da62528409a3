"""What the parser underneath takes, or mistakes, and YAML 1.2 forbids."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import JsonValue


def syntax_places(text: str) -> list[tuple[int, int]]:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is None
    assert {found.code for found in reading.diagnostics} == {"yaml-syntax"}
    return [(found.location.line, found.location.column) for found in reading.diagnostics]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('key: "value"#comment', 13),
        ("key: 'value'#comment", 13),
        ("key: [a]#comment", 9),
        ("key: {a: 1}#comment", 12),
        ("[a,#comment\n b]", 4),
        ("[#comment\n a]", 2),
        ("key: |#comment\n  text", 7),
        ("key: >-#comment\n  text", 8),
        ("key: |2-#comment\n  text", 9),
        ("%YAML 1.2#comment\n---\na", 10),
        ('{"a":#comment\n 1}', 6),
    ],
)
def test_comment_is_refused_when_no_space_is_before_it(text: str, column: int) -> None:
    assert syntax_places(text) == [(1, column)]


@pytest.mark.parametrize(
    "text",
    [
        "a: vault://machshop/hartford/sap#password",
        "a: '#x' # y\nb: [1, 2] # z\n#w",
        'a: "]#b"\nb: "\\"#c"',
        "a: x,#y",
        "a: |  # comment\n  ]#text\n  }#text",
        "a: {\n  # comment\n  b: 1, # ]#\n  c: 2}",
    ],
)
def test_hash_sign_is_accepted_inside_a_scalar_and_after_a_space(text: str) -> None:
    assert read_yaml("file.yaml", text.encode()).diagnostics == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("key: [a,\nb]", 2),
        ("key: {\n  a: 1\n}", 3),
        ('key: "a\nb"', 2),
        ('key: "a\n\tb"', 2),
        ('key: "a\n\t\n b"', 2),
        ("- [\n\ta\n  ]", 2),
        ("a:\n  b: 'x\n  y'", 3),
        ('a:\n- "x\ny"', 3),
        ('a:\n- ["x\n   y", "z\n# w"]', 4),
    ],
)
def test_continued_line_is_refused_when_it_is_no_deeper_than_its_block(
    text: str, line: int
) -> None:
    assert syntax_places(text) == [(line, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a\nb"', "a b"),
        ("[a,\nb]", ["a", "b"]),
        ("{\n\t\n}", {}),
        ("key: [a,\n b\n ]", {"key": ["a", "b"]}),
        ("key: [a,\n# comment\n b]", {"key": ["a", "b"]}),
        ('key: "a\n\n b"', {"key": "a\nb"}),
        ('a:\n- "x\n y"', {"a": ["x y"]}),
        ("- - 'x\n    y'", [["x y"]]),
        ("? a\n: 'x\n  y'", {"a": "x y"}),
        ("a: &x\n  b: [1,\n   2]", {"a": {"b": [1, 2]}}),
    ],
)
def test_continued_line_is_accepted_when_it_is_deeper_than_its_block(
    text: str, expected: JsonValue
) -> None:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is not None
    assert reading.document.value == expected


@pytest.mark.parametrize("text", ["a:\n|\n  x", "-\n>\n  x", "a: &b\n!!str |\n  x"])
def test_block_scalar_is_refused_when_its_header_is_no_deeper_than_its_block(text: str) -> None:
    assert [line for line, _ in syntax_places(text)] == [2]
    assert read_yaml("f", text.replace("\n", "\n ").encode()).diagnostics == ()


@pytest.mark.parametrize("text", ["[-]", "[-, a]", "{a: -}", "key: [-]"])
def test_lone_dash_is_refused_as_a_value(text: str) -> None:
    assert len(syntax_places(text)) == 1


def test_blank_block_scalar_is_refused_when_a_deeper_line_follows() -> None:
    assert syntax_places("a: >\n \n  \n   \n # comment\n") == [(5, 1)]
    document = read_yaml("f", b"|\n#").document
    assert document is not None
    assert document.value == "#\n"
    assert read_yaml("f", b"a: >\n\n# comment\nb: |\n\n\nc: |-\n").diagnostics == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ ?foo: bar }", {"?foo": "bar"}),
        ("[?x]", ["?x"]),
        ("- &an:chor value\n- *an:chor", ["value", "value"]),
        ("- &a?b c", ["c"]),
        ("{!!str :b, c: d}", {":b": None, "c": "d"}),
        ("[!!str :b]", [":b"]),
        ('{"a" :b}', {"a": "b"}),
    ],
)
def test_text_is_read_whole_where_the_parser_would_cut_it_short(
    text: str, expected: JsonValue
) -> None:
    reading = read_yaml("file.yaml", text.encode())
    assert reading.document is not None
    assert reading.document.value == expected


@pytest.mark.parametrize("text", ["? a\n: b", "{? a : b}", "a: what?x", "a: x ?y", "k: &a-1 b"])
def test_question_mark_and_anchor_are_accepted_where_nothing_is_cut(text: str) -> None:
    assert read_yaml("file.yaml", text.encode()).diagnostics == ()


@pytest.mark.parametrize(
    "text",
    [
        *("key: - a", "a: b: c", "a\nb: c", "\ta: b", "a:\n\tb: c", "[a", "[a]]", "{a: 1}}"),
        *("a: 'x' y", '"\\q"', "@a", "`a", "a: %x", "--- a: b", "[a,,b]", "a: |x\n b", "*"),
        *(
            "a: b\n c: d",
            "- a\nb: c",
            "&a &b c",
            "&a *a",
            "%FOO\na",
            "%YAML 1.2\n%YAML 1.2",
        ),
        *("".join(f"%TAG !a{n}! x\n" for n in range(40)) + "---\na", "[a\n]: b", '"a\nb": c'),
    ],
)
def test_syntax_error_is_a_finding(text: str) -> None:
    assert len(syntax_places(text)) == 1
