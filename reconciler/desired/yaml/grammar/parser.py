"""The events of a whole file: its documents, what stands before them, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    StreamEndEvent,
    StreamStartEvent,
)

from reconciler.desired.yaml.grammar.block import BlockStructure
from reconciler.desired.yaml.grammar.cursor import Cursor, GrammarError
from reconciler.desired.yaml.grammar.directives import Directives
from reconciler.desired.yaml.grammar.emitting import Reading

CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_MARKER_LENGTH: Final = 3


class GrammarEvents:
    """The events of one text, in order; taking them raises ``GrammarError`` only."""

    def __init__(self, text: str) -> None:
        self._cursor = Cursor(text)
        self._reading = Reading(self._cursor)
        self._block = BlockStructure(self._reading)

    @property
    def dashes(self) -> list[int]:
        """Where the ``-`` of each item of a block list stands, of what was read."""
        return self._reading.dashes

    @property
    def commas(self) -> list[int]:
        """Where each ``,`` between brackets stands, of what was read."""
        return self._reading.commas

    def __iter__(self) -> Iterator[Event]:
        """Yield the events.

        Raises:
            GrammarError: the text is not YAML 1.2.
        """
        control = CONTROL.search(self._cursor.text)
        if control:
            raise GrammarError("this is a control character", control.start(), "Remove it.")
        cursor = self._cursor
        start = cursor.mark()
        yield StreamStartEvent(start, start, encoding="utf-8")
        bare = True
        while (begin := self._document_start(bare=bare)) is not None:
            yield begin
            yield from self._document()
            end = self._document_end()
            yield end
            bare = bool(end.explicit)
        mark = cursor.mark()
        yield StreamEndEvent(mark, mark)

    def _document(self) -> Iterator[Event]:
        reading, cursor = self._reading, self._cursor
        while reading.stack:
            try:
                reading.stack[-1].go_on()
            except GrammarError:
                yield from reading.out.rest()
                raise
            yield from reading.out.ready(cursor)

    def _document_start(self, *, bare: bool) -> DocumentStartEvent | None:
        """Read up to where a document's value can begin; None at the end of the text.

        Args:
            bare: whether a document may begin without a marker.
        """
        cursor = self._cursor
        directives = Directives()
        while True:
            if not cursor.to_content():
                raise cursor.error("after the marker of an end, only a comment can follow")
            if cursor.index == cursor.end or (directives.mark and self._at("...")):
                break
            if self._at("..."):
                cursor.index += _MARKER_LENGTH
                bare = True
            elif bare and cursor.at() == "%" and cursor.column() == 0:
                directives.read(cursor)
            else:
                return self._begin(directives, bare=bare)
        if directives.mark:
            raise cursor.error("a document must follow the directives", "Write '---' after them.")
        return None

    def _begin(self, directives: Directives, *, bare: bool) -> DocumentStartEvent:
        cursor = self._cursor
        explicit = self._at("---")
        if not explicit and (directives.mark or not bare):
            raise cursor.error("a document must begin with '---' here", "Write '---' before it.")
        if not explicit:
            cursor.index = cursor.line_start
        start = directives.mark or cursor.mark()
        if explicit:
            cursor.index += _MARKER_LENGTH
        self._reading.handles = directives.handles()
        self._block.open_document(on_marker_line=explicit)
        return DocumentStartEvent(
            start,
            cursor.mark(),
            explicit=explicit,
            version=directives.version,
            tags=directives.tags or None,
        )

    def _document_end(self) -> DocumentEndEvent:
        """End the document where its value has ended, before a marker or the text's end."""
        cursor = self._cursor
        start = cursor.mark()
        explicit = self._at("...")
        if explicit:
            cursor.index += _MARKER_LENGTH
        return DocumentEndEvent(start, cursor.mark(), explicit=explicit)

    def _at(self, marker: str) -> bool:
        cursor = self._cursor
        return cursor.at_marker() and cursor.text.startswith(marker, cursor.index)
