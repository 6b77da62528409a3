"""Texts in quotes, on one line or several."""

from __future__ import annotations

import re
from typing import Final

from reconciler.desired.yaml.grammar.cursor import Cursor, GrammarError
from reconciler.desired.yaml.grammar.folding import (
    MARKER_IN_TEXT,
    count_breaks,
    folded,
    shallow_line,
)

_DOUBLE = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*)"', re.DOTALL)
_SINGLE = re.compile(r"'([^']*+(?:''[^']*+)*)'(?!')")
_BREAKS: Final = r"(?:\r\n?|\n)(?:[ \t]*+(?:\r\n?|\n))*"
_FOLD = re.compile(rf"[ \t]*+({_BREAKS})[ \t]*+|[ \t]++")
# A run of space is taken whole even where it stays, so that no part of it is looked at again.
_DOUBLE_PARTS = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    rf"|({_BREAKS})[ \t]*+|(.))|[ \t]*+({_BREAKS})[ \t]*+|[ \t]++"
)
_ESCAPES: Final = dict(
    zip(
        '0abt\tnvfre "/\\N_LP',
        '\0\a\b\t\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029',
        strict=True,
    )
)
_SURROGATES: Final = range(0xD800, 0xE000)
_LAST_CHARACTER: Final = 0x10FFFF


def quoted(cursor: Cursor, indent: int) -> str:
    """Read the text whose opening quote is here; leave ``cursor`` after the closing one.

    Args:
        cursor: where the quote stands.
        indent: how many spaces its further lines must begin with.

    Raises:
        GrammarError: it does not end, or is not written as YAML asks.
    """
    start = cursor.index
    double = cursor.at() == '"'
    found = (_DOUBLE if double else _SINGLE).match(cursor.text, start)
    if found is None:
        raise cursor.error("a text in quotes begins here and does not end", "Close the quotes.")
    body: str = found[1]
    if "\n" in body or "\r" in body:
        _check_lines(cursor, found.end(), indent)
        several = True
    else:
        several = False
    cursor.pass_to(found.end())
    if double:
        return _unescaped(body, start + 1) if several or "\\" in body else body
    text = _FOLD.sub(_join, body) if several else body
    return text.replace("''", "'")


def _check_lines(cursor: Cursor, end: int, indent: int) -> None:
    shallow = shallow_line(indent).search(cursor.text, cursor.index, end)
    marker = MARKER_IN_TEXT.search(cursor.text, cursor.index, end)
    if marker and not (shallow and shallow.start() < marker.start()):
        raise GrammarError(
            "the document ends here, and a text in quotes does not",
            marker.end(),
            "Close the quotes.",
        )
    if shallow:
        at = re.compile(r"[\r\n]+").match(cursor.text, shallow.start())
        raise GrammarError(
            "this line must be indented with spaces, and further", at.end() if at else end
        )


def _join(found: re.Match[str]) -> str:
    return folded(count_breaks(found[1])) if found[1] else found[0]


def _unescaped(body: str, start: int) -> str:
    def part(found: re.Match[str]) -> str:
        number = found[1] or found[2] or found[3]
        if number:
            return _character(int(number, 16), start + found.start())
        if found[4]:
            return "\n" * (count_breaks(found[4]) - 1)
        if found[5]:
            return _escaped(found[5], start + found.start())
        return folded(count_breaks(found[6])) if found[6] else found[0]

    return _DOUBLE_PARTS.sub(part, body)


def _escaped(sign: str, index: int) -> str:
    if sign not in _ESCAPES:
        raise GrammarError(
            "'\\' stands here before something that it does not escape",
            index,
            "Write '\\\\' for the sign itself, or use single quotes.",
        )
    return _ESCAPES[sign]


def _character(number: int, index: int) -> str:
    if number in _SURROGATES or number > _LAST_CHARACTER:
        raise GrammarError(
            "this escape stands for no character by itself",
            index,
            "Write the character itself, or \\U and its eight digits.",
        )
    return chr(number)
