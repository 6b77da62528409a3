"""Directives and markers: what stands around a document."""

from __future__ import annotations

import pytest

from reconciler.desired.yaml.reader import read_yaml


def codes_of(text: str) -> list[str]:
    return [found.code for found in read_yaml("f.yaml", text.encode()).diagnostics]


def value_of(text: str) -> object:
    reading = read_yaml("f.yaml", text.encode())
    assert reading.document is not None, reading.diagnostics
    return reading.document.value


@pytest.mark.parametrize(
    "before", ["%FOO bar\n", "%FOO\n%BAR  baz # c\n", "# c\n\n%FOO bar\n", "%YAML 1.2\n%FOO a\n"]
)
def test_a_reserved_directive_is_passed_over(before: str) -> None:
    assert value_of(f"{before}---\na: b\n") == {"a": "b"}


@pytest.mark.parametrize(
    "text",
    [
        "%FOO bar\n",
        "%FOO bar\na: b\n",
        "a: b\n%FOO bar\n---\n",
        "%YAML 1.3\n%YAML 1.4\n---\na\n",
        "%YAML 2.0\n---\na\n",
        "%YAML 1.2foo\n---\na\n",
    ],
)
def test_a_directive_out_of_place_is_refused(text: str) -> None:
    assert read_yaml("f.yaml", text.encode()).document is None


@pytest.mark.parametrize("version", ["1.1", "1.3", "1.10"])
def test_another_version_is_read_as_1_2_with_a_warning(version: str) -> None:
    text = f"%YAML {version}\n---\na: no\n"
    assert value_of(text) == {"a": "no"}
    assert codes_of(text) == ["yaml-version"]


@pytest.mark.parametrize("text", ["...\n", "# c\n...\n", "...\n...\n", "\n... # c\n# c\n"])
def test_a_file_of_nothing_but_ends_holds_nothing(text: str) -> None:
    assert value_of(text) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\n---\nc: [\n", 2),
        ("---\na: {\n---\nb: c\n", 3),
        ("a: b\n...\nc: d\n", 3),
        ("--- |\n%!PS\n...\n---\nb\n", 4),
        ("a: b\n...\n# c\n|\nd\n", 4),
    ],
)
def test_a_second_document_is_told_before_what_is_wrong_with_either(text: str, line: int) -> None:
    found = read_yaml("f.yaml", text.encode()).diagnostics
    assert [(each.code, each.location and each.location.line) for each in found] == [
        ("yaml-documents", line)
    ]


@pytest.mark.parametrize("text", ["%FOO b\n--- [\n", "a: |\n  ---\nb: [\n", "[\n...\n"])
def test_one_broken_document_is_no_second_one(text: str) -> None:
    assert codes_of(text) == ["yaml-syntax"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n-\tb: c\n", "Write spaces where this line has a tab; then mend what is left."),
        ("a: {b: c d: e}\n", "Write a comma after each value, and close the braces."),
        ("a: & b\n", "Write a name after '&' or '*', or put quotes around the text."),
        ("a: ]\n", "Mend the file at this place; nothing in it was read."),
    ],
)
def test_a_syntax_error_is_answered_with_what_to_write(text: str, told: str) -> None:
    (found,) = read_yaml("f.yaml", text.encode()).diagnostics
    assert (found.code, found.hint) == ("yaml-syntax", told)
