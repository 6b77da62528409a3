"""Definitions as PostgreSQL prints them, made the same for every version and after a restore."""

from __future__ import annotations

import re
from typing import Final

# A column's qualifier. Until PostgreSQL 15 a view's text has it everywhere, since then only where
# there is more than one table to choose from.
_QUALIFIER: Final = re.compile(r'(?<![\w".])(?!public\.)(?:\w+|"(?:[^"]|"")+")\.(?=[\w"])')
_ONE_TABLE_SOMEWHERE: Final = re.compile(r"(FROM|JOIN) \(*\s*SELECT|\bWITH\b")
# `column IN ('a', 'b')` is printed in one way where it was written so, and in another where the
# printed text was read again, as a restored backup is.
_LITERAL: Final = r"'(?:[^']|'')*'"
_CAST_TWICE: Final = re.compile(rf"\(({_LITERAL})::character varying\)::text")
_CAST_ONCE: Final = re.compile(rf"({_LITERAL})::(?:character varying|text)\b(?!\[)")
_CAST_ARRAY: Final = re.compile(rf"\((ARRAY\[{_LITERAL}(?:, {_LITERAL})*\])\)::text\[\]")
# All columns of all rows of a function that returns a table's rows.
_OF_FUNCTION: Final = re.compile(
    r"(?P<before>SELECT (?P<columns>\w+(?:, \w+)*) FROM \w+\(\) \w+)\((?P<names>\w+(?:, \w+)*)\);"
)


def view_text(printed: str) -> str:
    """Return a view's definition on one line, without qualifiers where those may be or not be.

    Which columns of which tables it reads is to be compared beside it.
    """
    text = " ".join(printed.split())
    if " JOIN " in text and not _ONE_TABLE_SOMEWHERE.search(text):
        return text
    return _without_later_columns(_QUALIFIER.sub("", text))


def _without_later_columns(text: str) -> str:
    """Leave out what the function's table got since the view was made: a restore names it."""
    found = _OF_FUNCTION.fullmatch(text)
    if found is None:
        return text
    columns, names = found["columns"].split(", "), found["names"].split(", ")
    while names and names[-1] not in columns:
        names.pop()
    return f"{found['before']}({', '.join(names)});"


def constraint_text(printed: str) -> str:
    """Return a constraint's definition without the casts that a list of texts gets or not."""
    text = _CAST_TWICE.sub(r"\1", printed)
    text = _CAST_ONCE.sub(r"\1", text)
    return _CAST_ARRAY.sub(r"\1", text)
