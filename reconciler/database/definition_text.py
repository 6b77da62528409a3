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


def view_text(printed: str) -> str:
    """Return a view's definition on one line, without qualifiers where those may be or not be.

    Which columns of which tables it reads is to be compared beside it.
    """
    text = " ".join(printed.split())
    if " JOIN " in text and not _ONE_TABLE_SOMEWHERE.search(text):
        return text
    return _QUALIFIER.sub("", text)


def constraint_text(printed: str) -> str:
    """Return a constraint's definition without the casts that a list of texts gets or not."""
    text = _CAST_TWICE.sub(r"\1", printed)
    text = _CAST_ONCE.sub(r"\1", text)
    return _CAST_ARRAY.sub(r"\1", text)
