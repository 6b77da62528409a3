"""A file that libyaml does not take is read, located and edited as any other."""

from __future__ import annotations

import pytest

from reconciler.desired.editing.edit import with_appended, with_replaced
from reconciler.desired.yaml.attempts import MAX_GRAMMAR_VALUES
from reconciler.desired.yaml.reader import read_yaml
from reconciler.model.document import JsonObject, JsonValue, Path

TEXT = """\
version: 3.1.0
configuration: &é
  -pattern:\t[:x, {"a"
    :1}]
  ключ: {?b: &c.d 2}
again: *é
signoffs:
- aspect: transfer
  notes:\t"checked
   \tall"
- {aspect: a, b\t
   : c}
"""
ENTRY: JsonObject = {"aspect": "safety"}


def read(text: str) -> JsonValue:
    reading = read_yaml("f.yaml", text.encode())
    assert reading.document is not None, reading.diagnostics
    return reading.document.value


def told(text: str) -> list[tuple[str, int, int, str]]:
    found = read_yaml("f.yaml", text.encode()).diagnostics
    places = [each.location for each in found if each.location is not None]
    return [
        (each.code, place.line or 0, place.column or 0, each.message.partition(": ")[2])
        for each, place in zip(found, places, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-\t-1\n- a:\tb\n  c:\td\n", [-1, {"a": "b", "c": "d"}]),
        ('{"a"\n: 1, b\n: 2, ? c\n: 3}', {"a": 1, "b": 2, "c": 3}),
        ("[:x, ?y, -z, {a: :b}]", [":x", "?y", "-z", {"a": ":b"}]),
        ("- &a.b x\n- *a.b\n- &é/ [1]\n- *é/\n", ["x", "x", [1], [1]]),
        ("--- |\none\n two\n", "one\n two\n"),
        ("--- >-\none\ntwo\n", "one two"),
        ("\ufeff[:x,\r\n 'y\r\n  z']\r\n", [":x", "y z"]),
        ("[:x]\r", [":x"]),
        ("%FOO bar\n--- # c\n[:x]\n...\n", [":x"]),
        ("&m\n&k- é: 1\nb: &é/ 2\n", {"é": 1, "b": 2}),
        ('- "\\x41\\u00e9\\U0001F600\\\n   \\tz" # c\n- [:x]\n', ["Aé😀\tz", [":x"]]),
    ],
)
def test_valid_yaml_is_read_when_libyaml_refuses_it(text: str, expected: JsonValue) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("configuration", "-pattern", 0), 3, 14),
        (("configuration", "-pattern", 1, "a"), 4, 6),
        (("configuration", "ключ", "?b"), 5, 14),
        (("again", "ключ"), 5, 9),
        (("signoffs", 0, "notes"), 9, 10),
        (("signoffs", 1, "b"), 12, 6),
    ],
)
def test_its_values_are_located_like_those_of_any_other_file(
    path: Path, line: int, column: int
) -> None:
    document = read_yaml("f.yaml", TEXT.encode()).document
    assert document is not None
    place = document.locate(path)
    assert (place.line, place.column) == (line, column)


def test_a_warning_and_a_refusal_in_it_have_their_places() -> None:
    assert told("%YAML 1.1\n---\na: [:x]\n") == [("yaml-version", 1, 1, "")]
    assert told("a: [:x]\nb: 1\nb: 2\n")[0][:3] == ("yaml-duplicate-key", 3, 1)
    assert told("a: [:x]\n1: !x y\n")[1][:3] == ("yaml-tag", 2, 4)
    assert told("a: [:x]\n---\nb\n")[0][:3] == ("yaml-documents", 2, 1)
    assert told("[" * 50 + ":x," + "[" * 60)[0][:3] == ("yaml-nesting", 1, 104)
    assert told("a: [:x, *b, {c")[0][:3] == ("yaml-undefined-alias", 1, 9)


def test_an_entry_is_appended_to_it() -> None:
    edited = with_appended("f.yaml", TEXT.encode(), "signoffs", ENTRY).decode()
    assert edited == TEXT + "- aspect: safety\n"
    edited = with_appended("f.yaml", b"a: [:x]\nsignoffs: [{b: c},]\n", "signoffs", ENTRY).decode()
    assert edited == "a: [:x]\nsignoffs: [{b: c}, {aspect: safety}]\n"


def test_a_value_of_it_is_replaced() -> None:
    edited = with_replaced("f.yaml", TEXT.encode(), ("signoffs", 1, "b"), "word")
    assert edited.decode() == TEXT.replace(": c}", ": word}")
    edited = with_replaced("f.yaml", TEXT.encode(), ("signoffs", 0, "notes"), None)
    assert edited.decode() == TEXT.replace('"checked\n   \tall"', "null")


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a: [:x]\nb: c: d\n", 2, 5, "what is before this ':' cannot be a key"),
        ("-\t-1\n- [a\n", 3, 1, "the document ends here, and a bracket is open"),
        ("a:\n-\t-1\n- 'b", 3, 3, "a text in quotes begins here and does not end"),
        ("[:x, a b\n: c]", 2, 1, "a key in square brackets goes over several lines or 1,024"),
        ("a: [:x]\n\tb: c\n", 2, 1, "no list or mapping can begin after a tab"),
        ("a: &b.c &d e\n", 1, 9, "a second anchor for one value"),
        ("a: [:x]\nb\n", 2, 2, "a mapping goes on with a key, and no ':' follows what is before"),
    ],
)
def test_of_two_parsers_the_one_that_came_further_says_what_is_wrong(
    text: str, line: int, column: int, problem: str
) -> None:
    ((code, *place, said),) = told(text)
    assert (code, place) == ("yaml-syntax", [line, column])
    assert said.startswith(problem)


def test_libyaml_says_what_is_wrong_when_it_came_as_far() -> None:
    ((_, line, column, said),) = told("a: [b\nc: d\n")
    assert (line, column) == (2, 2)
    assert said == "while parsing a flow sequence, the parser did not find expected ',' or ']'"


def test_a_file_of_more_values_than_are_read_in_time_is_refused_with_what_libyaml_says() -> None:
    many = f"- [{'a, ' * 19_000}]\n" * (MAX_GRAMMAR_VALUES // 19_000)
    assert isinstance(read(many + "- [:x]\n"), list)
    ((code, line, _, _),) = told(many + f"- [{'a, ' * 19_000}]\n- [:x]\n")
    assert (code, line) == ("yaml-syntax", MAX_GRAMMAR_VALUES // 19_000 + 2)
