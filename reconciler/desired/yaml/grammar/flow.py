"""What is between brackets and braces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from yaml.events import CollectionStartEvent

from reconciler.desired.yaml.grammar.buffer import MAX_KEY, Start
from reconciler.desired.yaml.grammar.emitting import Frame, Reading
from reconciler.desired.yaml.grammar.plain import plain_line, plain_lines
from reconciler.desired.yaml.grammar.properties import NONE, Properties, name, one_more
from reconciler.desired.yaml.grammar.quoted import quoted
from reconciler.desired.yaml.remedies import MEND

_SPACE: Final = " \t\r\n"
_NOT_IN_TEXT: Final = " \t\r\n,[]{}"
_ENDS_VALUE: Final = (",", "]", "}")


class FlowFrame(Frame):
    """A pair of brackets or braces that is open."""

    closer: str
    item: Start
    """What is read in it, where that may prove to be a key."""
    quoted_key: bool = False
    """Whether what was read last is in quotes or brackets, so that ':' may touch what follows."""


class FlowStructure:
    """Reads brackets and braces; each step reads one thing between two of their signs."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._cursor = reading.cursor
        self._indent = 0

    def open_in_block(
        self, properties: Properties, indent: int, start: Start | None
    ) -> CollectionStartEvent:
        """Open the bracket that is here in a block, and return its event.

        Args:
            properties: what is written before it.
            indent: how many spaces its further lines must begin with.
            start: where it began, if it may prove to be a key.
        """
        self._indent = indent
        return self._open(properties, start)

    def _open(self, properties: Properties, start: Start | None) -> CollectionStartEvent:
        reading, cursor = self._reading, self._cursor
        mark = cursor.mark()
        mapping = cursor.at() == "{"
        here = Start(cursor.index, cursor.line, reading.out.count)
        cursor.index += 1
        event = reading.begin(properties, mark, mapping=mapping, flow=True)
        go_on = self._map_entry if mapping else self._list_entry
        frame = FlowFrame(go_on, mapping, "}" if mapping else "]", here)
        reading.stack.append(frame)
        if start:
            reading.out.keep_from(start)
        return event

    def _top(self) -> FlowFrame:
        # Steps of brackets are taken only while brackets are what was opened last.
        return cast("FlowFrame", self._reading.stack[-1])

    def _next(self) -> str:
        """Pass over what separates, and return the sign that comes then."""
        cursor = self._cursor
        begins_line = cursor.to_content()
        if cursor.ended():
            raise cursor.error(
                "the document ends here, and a bracket is open", "Close the bracket."
            )
        if begins_line and cursor.indent() < self._indent:
            raise self._shallow()
        return cursor.at()

    def _shallow(self) -> Exception:
        cursor = self._cursor
        cursor.index = cursor.line_start
        return cursor.error(
            "a bracket is open, and this line is not indented further than what it is in",
            "Close the bracket, or indent this line with spaces.",
        )

    def _is_colon(self, sign: str, *, touching: bool) -> bool:
        return sign == ":" and (touching or self._cursor.follows(_NOT_IN_TEXT))

    def _list_entry(self) -> None:
        frame, cursor = self._top(), self._cursor
        sign = self._next()
        if sign == "]":
            return self._close(frame)
        frame.item = Start(cursor.index, cursor.line, self._reading.out.count)
        explicit = sign == "?" and cursor.follows(_SPACE)
        if explicit or self._is_colon(sign, touching=False):
            self._reading.begin(NONE, cursor.mark(), mapping=True, flow=True, at=frame.item.event)
            return self._explicit(frame) if explicit else self._without_key(frame)
        return self._node(frame, frame.item, self._item_end)

    def _item_end(self) -> None:
        frame, cursor = self._top(), self._cursor
        item = frame.item
        sign = self._next()
        self._reading.out.release(item)
        if not self._is_colon(sign, touching=frame.quoted_key):
            return self._entry_end(frame, sign)
        if not item.may_be_key(cursor):
            raise cursor.error(
                f"a key in square brackets goes over several lines or {MAX_KEY:,} characters",
                "Write the key and its ':' on one line.",
            )
        self._reading.begin(
            NONE, cursor.mark_at(item.index), mapping=True, flow=True, at=item.event
        )
        return self._value(frame)

    def _map_entry(self) -> None:
        frame = self._top()
        sign = self._next()
        if sign == "}":
            return self._close(frame)
        if sign == "?" and self._cursor.follows(_SPACE):
            return self._explicit(frame)
        if self._is_colon(sign, touching=False):
            return self._without_key(frame)
        return self._node(frame, None, self._key_end)

    def _explicit(self, frame: FlowFrame) -> None:
        self._cursor.index += 1
        frame.go_on = self._explicit_key

    def _explicit_key(self) -> None:
        frame = self._top()
        sign = self._next()
        if sign in (",", frame.closer):
            self._reading.nothing(NONE, self._cursor.mark())
            return self._without_value()
        if self._is_colon(sign, touching=False):
            return self._without_key(frame)
        return self._node(frame, None, self._key_end)

    def _without_key(self, frame: FlowFrame) -> None:
        self._reading.nothing(NONE, self._cursor.mark())
        frame.quoted_key = False
        self._value(frame)

    def _key_end(self) -> None:
        frame = self._top()
        sign = self._next()
        if self._is_colon(sign, touching=frame.quoted_key):
            return self._value(frame)
        return self._without_value()

    def _without_value(self) -> None:
        self._reading.nothing(NONE, self._cursor.mark())
        self._value_end()

    def _value(self, frame: FlowFrame) -> None:
        cursor = self._cursor
        cursor.index += 1
        before = cursor.index
        sign = self._next()
        if sign in (",", frame.closer):
            return self._without_value()
        if cursor.index == before and not frame.quoted_key:
            raise cursor.error("a space must follow ':'", "Write a space here.")
        return self._node(frame, None, self._value_end)

    def _value_end(self) -> None:
        frame = self._top()
        sign = self._next()
        if not frame.mapping:
            mark = self._cursor.mark()
            self._reading.end(mark, mark, mapping=True)
        self._entry_end(frame, sign)

    def _entry_end(self, frame: FlowFrame, sign: str) -> None:
        cursor = self._cursor
        if sign == ",":
            self._reading.commas.append(cursor.index)
            cursor.index += 1
            frame.go_on = self._map_entry if frame.mapping else self._list_entry
        elif sign == frame.closer:
            self._close(frame)
        elif sign == "#":
            raise cursor.error("a comment begins with '#' after a space")
        else:
            raise cursor.error(
                f"between brackets, only ',' or '{frame.closer}' can stand here",
                "Write a comma after each value, and close the bracket.",
            )

    def _close(self, frame: FlowFrame) -> None:
        reading, cursor = self._reading, self._cursor
        mark = cursor.mark()
        cursor.index += 1
        reading.end(mark, cursor.mark(), mapping=frame.mapping)
        reading.stack.pop()

    def _node(self, frame: FlowFrame, start: Start | None, then: Callable[[], None]) -> None:
        """Read the value that is here; go on with ``then`` after it."""
        cursor, reading = self._cursor, self._reading
        properties = self._properties() if cursor.at() in ("&", "!") else NONE
        sign = cursor.at()
        frame.go_on = then
        frame.quoted_key = sign in ("[", "{", '"', "'")
        if sign in ("[", "{"):
            self._open(properties, start)
            return None
        mark = cursor.mark()
        if frame.quoted_key:
            reading.scalar(quoted(cursor, self._indent), sign, properties, mark)
        elif properties.given() and (sign in _ENDS_VALUE or self._is_colon(sign, touching=False)):
            reading.nothing(properties, mark)
        elif sign == "*":
            self._alias(properties)
        else:
            text = plain_line(cursor, flow=True)
            text = plain_lines(cursor, text, self._indent, flow=True)
            reading.scalar(text, "", properties, mark)
        return then()

    def _alias(self, properties: Properties) -> None:
        cursor = self._cursor
        if properties.given():
            raise cursor.error("an alias can have no anchor or tag of its own", MEND)
        mark = cursor.mark()
        self._reading.alias(name(cursor), mark)

    def _properties(self) -> Properties:
        found, cursor = NONE, self._cursor
        while cursor.at() in ("&", "!"):
            found = one_more(cursor, found, self._reading.handles)
            self._next()
        return found
