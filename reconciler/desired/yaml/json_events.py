"""Reads JSON (RFC 8259) into the YAML parser's events, so that one builder reads both.

The YAML parser itself refuses some JSON: surrogate pairs in escapes, raw U+007F and keys of more
than 1,024 characters. Nothing here recurses; who takes the events bounds their nesting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from yaml.error import Mark
from yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.desired.yaml.text_place import LINE_BREAK, TextPlace

_SPACES = (" ", "\t", "\r", "\n")
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"', re.DOTALL)
_WORD_GOES_ON = re.compile(r"[0-9A-Za-z_.+-]")


class JsonSyntaxError(ValueError):
    """The text is not JSON; its text says what is wrong, ``place`` where."""

    def __init__(self, problem: str, place: TextPlace) -> None:
        super().__init__(problem)
        self.place = place


class JsonEvents:
    """The events of one JSON text, in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = 0
        self._line = 0
        self._line_start = 0
        self._closers: list[str] = []
        self._just_opened = False

    def __iter__(self) -> Iterator[Event]:
        """Yield the events.

        Raises:
            JsonSyntaxError: the text is not JSON.
        """
        yield self._value()
        while self._closers:
            closer = self._closers[-1]
            if self._peek() == closer:
                yield self._close(closer)
                continue
            if not self._just_opened:
                self._take(",", f"expected ',' or '{closer}'")
            if closer == "}":
                yield self._key()
            yield self._value()
        if self._peek():
            raise self._error("the value has ended, and more text follows")

    def _key(self) -> Event:
        if self._peek() != '"':
            raise self._error("expected a key in double quotes")
        key = self._string()
        self._take(":", "expected ':' after the key")
        return key

    def _value(self) -> Event:
        found = self._peek()
        mark = self._mark()
        self._just_opened = found in ("{", "[")
        if found == '"':
            return self._string()
        if found == "{":
            self._open("}")
            return MappingStartEvent(None, None, implicit=True, start_mark=mark)
        if found == "[":
            self._open("]")
            return SequenceStartEvent(None, None, implicit=True, start_mark=mark)
        return self._atom()

    def _open(self, closer: str) -> None:
        self._index += 1
        self._closers.append(closer)

    def _close(self, closer: str) -> Event:
        mark = self._mark()
        self._index += 1
        self._closers.pop()
        self._just_opened = False
        kind = MappingEndEvent if closer == "}" else SequenceEndEvent
        return kind(mark, mark)

    def _string(self) -> Event:
        mark = self._mark()
        found = _STRING.match(self._text, self._index)
        if found is None:
            raise self._error("a string begins here and does not end")
        try:
            value = json.loads(found[0])
        except json.JSONDecodeError as error:
            self._index += error.pos
            raise self._error(error.msg.partition(":")[0].lower()) from None
        self._index = found.end()
        return ScalarEvent(None, None, (False, True), value, mark, mark, style='"')

    def _atom(self) -> Event:
        mark = self._mark()
        found = _ATOM.match(self._text, self._index)
        if found is None or _WORD_GOES_ON.match(self._text, found.end()):
            raise self._error("expected a value")
        self._index = found.end()
        return ScalarEvent(None, None, (True, False), found[0], mark, mark, style="")

    def _take(self, character: str, problem: str) -> None:
        if self._peek() != character:
            raise self._error(problem)
        self._index += 1

    def _peek(self) -> str:
        """Pass over white space; return the character after it, '' at the end."""
        text, start = self._text, self._index
        if text[start : start + 1] not in _SPACES:
            return text[start : start + 1]
        found = _SPACE.match(text, start)
        self._index = found.end() if found else start
        for line_break in LINE_BREAK.finditer(text, start, self._index):
            self._line += 1
            self._line_start = line_break.end()
        return text[self._index : self._index + 1]

    def _mark(self) -> Mark:
        # Marks of this kind carry a name and a text to quote from, which nobody asks them for.
        return Mark("", self._index, self._line, self._index - self._line_start, None, 0)

    def _error(self, problem: str) -> JsonSyntaxError:
        return JsonSyntaxError(problem, TextPlace(self._line, self._index - self._line_start))
