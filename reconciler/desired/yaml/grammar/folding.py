"""How the lines of one text are joined, and which of them are too shallow to belong to it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconciler.desired.yaml.text_place import LINE_BREAK

MARKER_IN_TEXT: Final = re.compile(r"(?:\r\n?|\n)(?=(?:---|\.\.\.)[ \t\r\n])")


def folded(breaks: int) -> str:
    """Return what stands for so many line breaks in a row."""
    return "\n" * (breaks - 1) or " "


def count_breaks(text: str) -> int:
    """Return how many line breaks are in ``text``."""
    return text.count("\n") if "\r" not in text else len(LINE_BREAK.findall(text))


@lru_cache(maxsize=64)
def shallow_line(indent: int) -> re.Pattern[str]:
    """Return what finds the begin of a line that holds something before column ``indent``."""
    return re.compile(rf"(?:\r\n?|\n) {{0,{indent - 1}}}(?![ \r\n])" if indent else r"(?!)")
