"""Lists and mappings that are told by indentation, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from yaml.error import Mark
from yaml.events import CollectionStartEvent

from reconciler.desired.yaml.grammar.block_scalar import block_scalar
from reconciler.desired.yaml.grammar.buffer import MAX_KEY, Start
from reconciler.desired.yaml.grammar.cursor import MEND, GrammarError, place
from reconciler.desired.yaml.grammar.emitting import Frame, Reading
from reconciler.desired.yaml.grammar.flow import FlowStructure
from reconciler.desired.yaml.grammar.plain import plain_line, plain_lines
from reconciler.desired.yaml.grammar.properties import (
    NONE,
    Properties,
    name,
    one_more,
    together,
)
from reconciler.desired.yaml.grammar.quoted import quoted

_SPACE: Final = " \t\r\n"


@dataclass(slots=True)
class Slot:
    """Where a value stands, and what it may be there."""

    parent: int
    """The indentation of the block that it is in; -1 for the document itself."""
    start: Start
    mark: Mark
    column: int
    opens: bool
    """Whether a list or a mapping may begin here."""
    tab: int | None = None
    """Where the tab stands before it that keeps them from beginning here."""
    key: bool = False
    """Whether it must be a key of the mapping that is open."""
    above: Properties = NONE
    """What is written before it on earlier lines."""
    own: Properties = NONE
    """What is written before it on its own line."""


@dataclass(slots=True)
class BlockFrame(Frame):
    """A list or mapping that is open, or the document, whose indentation is -1."""

    indent: int = -1
    awaits_value: bool = False
    """Whether a key with '?' was read, and its value was not."""
    slot: Slot | None = None
    """Where the brackets stand that are read in it."""


class BlockStructure:
    """Reads blocks; each step reads one entry, or goes from one to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._cursor = reading.cursor
        self._flow = FlowStructure(reading)
        self._at_content = False
        """Whether the cursor stands where the first content of a line begins."""

    def open_document(self, *, on_marker_line: bool) -> None:
        """Begin to read the value of a document; it is read when nothing is open any more."""
        frame = BlockFrame(mapping=False)
        self._reading.stack.append(frame)
        self._at_content = False
        frame.go_on = lambda: self._node(frame, to_column=False, compact=not on_marker_line)

    def _top(self) -> BlockFrame:
        frame = self._reading.stack[-1]
        assert isinstance(frame, BlockFrame)
        return frame

    def _between(self) -> None:
        """Go from what has ended to what comes next, and end what ends with it."""
        cursor, reading = self._cursor, self._reading
        if not self._at_content and not cursor.to_content() and cursor.index < cursor.end:
            raise self._trailing()
        self._at_content = False
        ended = cursor.ended()
        column = -1 if ended else cursor.indent()
        frame = self._top()
        while frame.indent > column or (
            frame.indent == column and not frame.mapping and self._ends_list(frame)
        ):
            self._end(frame)
            frame = self._top()
        if frame.indent >= 0:
            self._entry(frame, column)
        elif ended:
            reading.stack.pop()
        else:
            raise cursor.error(
                "the value of the document has ended, and more text follows",
                "Indent it as what it belongs to.",
            )

    def _ends_list(self, frame: BlockFrame) -> bool:
        """Return whether a list ends that is no deeper than the key before it."""
        if frame.indent < 0:
            return False
        parent = self._reading.stack[-2]
        at_item = self._cursor.at() == "-" and self._cursor.follows(_SPACE)
        return not at_item and isinstance(parent, BlockFrame) and parent.indent == frame.indent

    def _end(self, frame: BlockFrame) -> None:
        mark = self._cursor.mark()
        if frame.awaits_value:
            self._reading.nothing(NONE, mark)
        self._reading.end(mark, mark, mapping=frame.mapping)
        self._reading.stack.pop()

    def _trailing(self) -> GrammarError:
        cursor = self._cursor
        if cursor.at() == "#":
            return cursor.error("a comment begins with '#' after a space")
        if cursor.at() == ":" and cursor.follows(_SPACE):
            return cursor.error(
                "what is before this ':' cannot be a key",
                "Put quotes around the text, or begin the key on a line of its own.",
            )
        return cursor.error("a value has ended, and more text follows on its line")

    def _entry(self, frame: BlockFrame, column: int) -> None:
        cursor = self._cursor
        if cursor.tabbed:
            raise self._tab(cursor.text.index("\t", cursor.line_start))
        if column > frame.indent:
            raise cursor.error(
                "this line is indented further than what it could belong to",
                "Indent it as the lines that it belongs with.",
            )
        if frame.mapping:
            self._map_entry(frame)
        elif cursor.at() == "-" and cursor.follows(_SPACE):
            self._list_entry(frame)
        else:
            raise cursor.error("a list goes on with '-'", "Indent this line as what it belongs to.")

    @staticmethod
    def _tab(index: int) -> GrammarError:
        return GrammarError(
            "no list or mapping can begin after a tab",
            index,
            "Write spaces where this line has a tab.",
        )

    def _list_entry(self, frame: BlockFrame) -> None:
        cursor = self._cursor
        self._reading.dashes.append(cursor.index)
        cursor.index += 1
        self._node(frame, to_column=False, compact=True)

    def _map_entry(self, frame: BlockFrame) -> None:
        cursor, reading = self._cursor, self._reading
        sign = cursor.at()
        indicator = sign in ("?", ":") and cursor.follows(_SPACE)
        awaited, frame.awaits_value = frame.awaits_value, False
        if awaited and indicator and sign == ":":
            cursor.index += 1
            return self._node(frame, to_column=True, compact=True)
        if awaited:
            reading.nothing(NONE, cursor.mark())
        if not indicator:
            return self._key(frame)
        if sign == "?":
            cursor.index += 1
            frame.awaits_value = True
            return self._node(frame, to_column=True, compact=True)
        reading.nothing(NONE, cursor.mark())
        return self._value(frame)

    def _key(self, frame: BlockFrame) -> None:
        slot = self._slot(frame, opens=True)
        slot.key = True
        if self._properties(slot):
            raise self._cursor.error("a key must be on the line of its anchor or tag")
        if self._cursor.at() == ":" and self._cursor.follows(_SPACE):
            self._reading.nothing(slot.own, self._cursor.mark())
            return self._value(frame)
        return self._content(frame, slot)

    def _value(self, frame: BlockFrame) -> None:
        """Read the value after the ':' that comes next on this line."""
        self._cursor.pass_space()
        self._cursor.index += 1
        self._node(frame, to_column=True, compact=False)

    def _slot(self, frame: BlockFrame, *, opens: bool, above: Properties = NONE) -> Slot:
        cursor = self._cursor
        start = Start(cursor.index, cursor.line, self._reading.out.count)
        return Slot(frame.indent, start, cursor.mark(), cursor.column(), opens, above=above)

    def _node(self, frame: BlockFrame, *, to_column: bool, compact: bool) -> None:
        """Read the value that comes next, or begin to.

        Args:
            frame: what it is in.
            to_column: whether a list may be as deep as ``frame`` itself.
            compact: whether a list or mapping may begin on this line.
        """
        cursor, reading = self._cursor, self._reading
        frame.go_on = self._between
        above = NONE
        on_line = True
        after, line, line_start = cursor.index, cursor.line, cursor.line_start
        while True:
            on_line = not cursor.to_content() and on_line
            if cursor.ended() or not (on_line or self._is_deep_enough(frame, to_column=to_column)):
                self._at_content = True
                if frame.indent >= 0:
                    return reading.nothing(above, place(after, line, line_start))
                return reading.nothing(above, cursor.mark())
            opens = compact or not on_line
            tab = cursor.text.rindex("\t", 0, cursor.index) if opens and cursor.tabbed else None
            slot = self._slot(frame, opens=opens and tab is None, above=above)
            slot.tab = tab
            if not self._properties(slot):
                break
            above = together(above, slot.own, cursor)
            compact = False
        self._at_content = False
        if not self._indicated(slot):
            self._content(frame, slot)
        return None

    def _is_deep_enough(self, frame: BlockFrame, *, to_column: bool) -> bool:
        cursor = self._cursor
        indent = cursor.indent()
        if indent != frame.indent or not to_column or cursor.tabbed:
            return indent > frame.indent
        return cursor.at() == "-" and cursor.follows(_SPACE)

    def _properties(self, slot: Slot) -> bool:
        """Read the anchor and tag of ``slot``; return whether nothing follows on their line."""
        cursor = self._cursor
        while cursor.at() in ("&", "!"):
            slot.own = one_more(cursor, slot.own, self._reading.handles)
            if cursor.pass_space():
                return True
        return False

    def _indicated(self, slot: Slot) -> bool:
        """Begin the list or mapping that '-', '?' or ':' begins; return whether one does."""
        cursor = self._cursor
        sign = cursor.at()
        if sign not in ("-", "?", ":") or not cursor.follows(_SPACE):
            return False
        own = slot.own.given() and sign != ":"
        if slot.tab is not None:
            raise self._tab(slot.tab)
        if own or not slot.opens:
            raise cursor.error(
                f"nothing that begins with '{sign}' can begin here",
                "Begin it on a line of its own.",
            )
        frame = self._open(slot, mapping=sign != "-")
        if sign == ":":
            self._reading.nothing(slot.own, cursor.mark())
            frame.go_on = lambda: self._value(frame)
        else:
            frame.go_on = lambda: self._entry(frame, frame.indent)
        return True

    def _open(self, slot: Slot, *, mapping: bool) -> BlockFrame:
        frame = BlockFrame(mapping, indent=slot.column)
        self._reading.begin(slot.above, slot.mark, mapping=mapping, flow=False, at=slot.start.event)
        self._reading.stack.append(frame)
        return frame

    def _content(self, frame: BlockFrame, slot: Slot) -> None:
        cursor = self._cursor
        sign = cursor.at()
        mark = cursor.mark()
        if sign in ("|", ">") and not slot.key:
            properties = together(slot.above, slot.own, cursor)
            self._reading.scalar(block_scalar(cursor, slot.parent), sign, properties, mark)
        elif sign in ("[", "{"):
            self._brackets(frame, slot)
        elif sign == "*":
            self._alias(frame, slot, mark)
        elif sign in ('"', "'"):
            text = quoted(cursor, slot.parent + 1)
            self._scalar(frame, slot, lambda own: self._reading.scalar(text, sign, own, mark))
        else:
            text = plain_line(cursor, flow=False)
            if not slot.key:
                text = plain_lines(cursor, text, slot.parent + 1, flow=False)
            self._scalar(frame, slot, lambda own: self._reading.scalar(text, "", own, mark))

    def _alias(self, frame: BlockFrame, slot: Slot, mark: Mark) -> None:
        cursor = self._cursor
        if slot.own.given():
            raise cursor.error("an alias can have no anchor or tag of its own", MEND)
        anchor = name(cursor)
        self._scalar(frame, slot, lambda _: self._reading.alias(anchor, mark), alias=True)

    def _scalar(
        self,
        frame: BlockFrame,
        slot: Slot,
        give: Callable[[Properties], None],
        *,
        alias: bool = False,
    ) -> None:
        """Give what was read as a key if ':' follows it, and else as a value."""
        cursor = self._cursor
        if self._is_key(slot):
            mapping = frame if slot.key else self._open(slot, mapping=True)
            give(slot.own)
            mapping.go_on = lambda: self._value(mapping)
        elif alias and slot.above.given():
            raise cursor.error("an alias can have no anchor or tag of its own", MEND)
        else:
            give(together(slot.above, slot.own, cursor))

    def _is_key(self, slot: Slot) -> bool:
        cursor = self._cursor
        end = cursor.index
        cursor.pass_space()
        found = cursor.at() == ":" and cursor.follows(_SPACE)
        if found and slot.opens and not slot.start.may_be_key(cursor):
            raise cursor.error(
                f"the key before this ':' goes over several lines or {MAX_KEY:,} characters",
                "Write it on one line, or after '?'.",
            )
        if found and slot.tab is not None:
            raise self._tab(slot.tab)
        if found and not slot.opens:
            raise self._trailing()
        if not found and slot.key:
            cursor.index = end
            raise cursor.error(
                "a mapping goes on with a key, and no ':' follows what is before this",
                "Write ':' and the value, or indent the line as what it belongs to.",
            )
        cursor.index = end
        return found

    def _brackets(self, frame: BlockFrame, slot: Slot) -> None:
        cursor = self._cursor
        frame.slot = slot
        frame.go_on = self._after_brackets
        properties = slot.own if slot.opens else together(slot.above, slot.own, cursor)
        start = slot.start if slot.opens else None
        event = self._flow.open_in_block(properties, slot.parent + 1, start)
        if start and slot.above.given():
            start.when_no_key = lambda: self._give_above(slot, event)

    def _give_above(self, slot: Slot, event: CollectionStartEvent) -> None:
        both = together(slot.above, slot.own, self._cursor)
        event.anchor, event.tag, event.start_mark = both.anchor, both.tag, both.mark
        event.implicit = both.tag is None

    def _after_brackets(self) -> None:
        frame = self._top()
        slot = frame.slot
        assert slot is not None
        self._reading.out.release(slot.start)
        if self._is_key(slot):
            mapping = frame if slot.key else self._open(slot, mapping=True)
            mapping.go_on = lambda: self._value(mapping)
            if mapping is not frame:
                frame.go_on = self._between
            return
        if slot.start.when_no_key:
            slot.start.when_no_key()
        frame.go_on = self._between
