"""Turns an index into a text into a line and a column, as the YAML parser counts them."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, Protocol

from msgspec import Struct

LINE_BREAK: Final = re.compile("\r\n|\r|\n")


class Place(Protocol):
    """A line and a column, however they are kept; both count from 0, in characters."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column."""


class TextPlace(Struct, frozen=True):
    """A place in a text; ``line`` and ``column`` count from 0, in characters."""

    line: int
    column: int


START: Final = TextPlace(0, 0)


class TextLines:
    """Where the lines of one text begin and end."""

    def __init__(self, text: str) -> None:
        self._text = text
        breaks = [found.span() for found in LINE_BREAK.finditer(text)]
        self._starts = [0, *[end for _, end in breaks]]
        self._ends = [*[start for start, _ in breaks], len(text)]

    def place_at(self, index: int) -> TextPlace:
        """Return the place of the character at ``index``."""
        line = self.number_at(index)
        return TextPlace(line, index - self._starts[line])

    def number_at(self, index: int) -> int:
        """Return the number, from 0, of the line that ``index`` is in."""
        return bisect_right(self._starts, index) - 1

    def __len__(self) -> int:
        return len(self._starts)

    def rest_at(self, place: Place) -> str:
        """Return what stands in the line of ``place`` from there on."""
        return self.line(place.line)[place.column :] if place.line < len(self) else ""

    def start(self, number: int) -> int:
        """Return the index at which line ``number``, from 0, begins."""
        return self._starts[number]

    def line(self, number: int) -> str:
        """Return line ``number``, from 0, without its line break."""
        return self._text[self._starts[number] : self._ends[number]]
