"""Untrusted text made harmless, for one line, one span, one cell, one fence."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.report.escaping import (
    code_span,
    fence_for,
    html_code,
    printable,
    shown_value,
    table_cell,
)

ANY_TEXT = st.one_of(
    st.text(),
    st.text(alphabet="`|\\ \n<>@[]()*_~#:!&{}%'\"-+x\x1b\u202e"),
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")


def inline(text: str) -> list[Token]:
    tokens = MARKDOWN.parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return tokens[1].children or []


@given(ANY_TEXT)
def test_printable_text_is_one_line_that_steers_nothing(text: str) -> None:
    shown = printable(text)
    categories = {unicodedata.category(character) for character in shown}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1


@given(st.text(alphabet=st.characters(categories=("L", "N"))))
def test_letters_and_digits_are_shown_as_they_are(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\ufeffc\u00adx", "a\\u200bb\\ufeffc\\u00adx"),
        ("\U000e0041", "\\U000e0041"),
        ("\u2028\x85", "\\u2028\\u0085"),
        ("::error::x", "\\u003a:error::x"),
        ("  ::add-mask::x", "  \\u003a:add-mask::x"),
        ("\u00a0::add-mask::x", "\u00a0\\u003a:add-mask::x"),
        (" \u2003::add-mask::x", " \u2003\\u003a:add-mask::x"),
        ("see ##[set-output name=a]b", "see \\u0023#[set-output name=a]b"),
        ("a::b ## c", "a::b ## c"),
        ("Ünïcödé 日本 ✓ 😀", "Ünïcödé 日本 ✓ 😀"),
    ],
)
def test_printable_text_shows_what_it_holds(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(ANY_TEXT)
def test_no_line_of_printable_text_is_a_workflow_command(text: str) -> None:
    assert not re.match(r"\s*::", printable(text))
    assert "##[" not in printable(text)


@given(ANY_TEXT)
def test_a_code_span_is_one_code_span_and_nothing_else(text: str) -> None:
    (only,) = inline(code_span(text))
    assert only.type == "code_inline"
    expected = printable(text)
    assert only.content.strip() == expected.strip()


@given(ANY_TEXT)
def test_a_code_span_beside_others_does_not_join_them(text: str) -> None:
    types = [token.type for token in inline(f"a {code_span(text)} b {code_span(text)} c")]
    assert types == ["text", "code_inline", "text", "code_inline", "text"]


@given(st.lists(ANY_TEXT, min_size=2, max_size=3))
def test_a_table_cell_stays_one_cell(texts: list[str]) -> None:
    cells = " | ".join(table_cell(text) for text in texts)
    header = " | ".join("h" for _ in texts)
    rule = "|".join("---" for _ in texts)
    tokens = MARKDOWN.parse(f"| {header} |\n|{rule}|\n| {cells} |\n")
    found = [token for token in tokens if token.type == "inline"][len(texts) :]
    assert len(found) == len(texts)
    for token in found:
        assert [child.type for child in token.children or []] == ["code_inline"]


def test_a_backslash_before_a_pipe_cannot_open_a_second_cell() -> None:
    """GitHub takes two backslashes for one escaped, and the pipe after them for a border."""
    assert re.search(r"\\\\\|", table_cell("a\\|@everyone")) is None
    assert "|" not in table_cell("a\\|@everyone").replace("\\|", "")


@given(ANY_TEXT)
def test_html_code_holds_no_tag_of_its_own(text: str) -> None:
    inside = html_code(text).removeprefix("<code>").removesuffix("</code>")
    assert "<" not in inside
    assert ">" not in inside
    assert "\n" not in inside


@given(st.lists(ANY_TEXT, max_size=5))
def test_a_fence_cannot_be_closed_from_within(texts: list[str]) -> None:
    lines = [f"+ /a: {printable(text)}" for text in texts]
    fence = fence_for(lines)
    body = "".join(f"{line}\n" for line in lines)
    tokens = MARKDOWN.parse(f"{fence}diff\n{body}{fence}\n\nafter\n")
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]
    assert tokens[0].content == body


def test_a_long_value_is_cut_and_says_how_much_is_missing() -> None:
    assert shown_value("x" * 5000).endswith("… (3002 characters more)")
    assert len(code_span("x" * 5000)) < 1100


def test_a_value_is_shown_as_json_with_sorted_keys() -> None:
    assert shown_value({"b": True, "a": [None, "ö"]}) == '{"a": [null, "ö"], "b": true}'
