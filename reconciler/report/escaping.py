"""Untrusted text made harmless: every value from YAML, git or the database passes through here.

Nothing a value holds may take effect where it is shown: no escape sequence in a terminal, no
mention, link, fence or HTML in Markdown.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

_LONGEST_SHOWN = 2000
_LAST_OF_BASIC_PLANE = 0xFFFF
# Controls, formats (bidirectional overrides, zero-width), lone surrogates, separators.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def printable(text: str) -> str:
    r"""Return one line of text in which whatever could steer a terminal is written as \uXXXX."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if unicodedata.category(character) in _UNPRINTABLE:
        code = ord(character)
        return f"\\u{code:04x}" if code <= _LAST_OF_BASIC_PLANE else f"\\U{code:08x}"
    return character


def shown_value(value: Any) -> str:
    """Return a JSON value on one line, cut where it would fill the page."""
    text = printable(json.dumps(value, ensure_ascii=False, sort_keys=True))
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN]}… ({len(text) - _LONGEST_SHOWN} characters more)"


def code_span(text: object) -> str:
    """Return Markdown that shows ``text`` literally.

    A code span takes neither mentions nor links; its fence is longer than any run of backticks
    within.
    """
    line = printable(str(text)) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if line.startswith("`") or line.endswith("`") or line.isspace() else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def table_cell(text: object) -> str:
    """Return a code span for a table's cell, where a pipe must be escaped even in code."""
    return code_span(text).replace("|", "\\|")


def html_code(text: object) -> str:
    """Return HTML that shows ``text`` literally, for places where Markdown takes only HTML."""
    return f"<code>{html.escape(printable(str(text)))}</code>"


def fence_for(lines: list[str]) -> str:
    """Return a code fence that no line can close."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    return "`" * max(3, longest + 1)
