"""Lists and mappings that are told by indentation, and what stands in them."""

from __future__ import annotations

from typing import cast

from reconciler.desired.yaml.grammar.block_content import (
    SPACE,
    BlockContent,
    BlockFrame,
    Slot,
    after_tab,
    trailing,
)
from reconciler.desired.yaml.grammar.buffer import Start
from reconciler.desired.yaml.grammar.cursor import place
from reconciler.desired.yaml.grammar.emitting import Reading
from reconciler.desired.yaml.grammar.properties import NONE, Properties, one_more, together


class BlockStructure:
    """Reads blocks; each step reads one entry, or goes from one to the next."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._cursor = reading.cursor
        self._content = BlockContent(reading, self._value, self._between)
        self._at_content = False
        """Whether the cursor stands where the first content of a line begins."""

    def open_document(self, *, on_marker_line: bool) -> None:
        """Begin to read the value of a document; it is read when nothing is open any more."""
        frame = BlockFrame(self._between, mapping=False)
        self._reading.stack.append(frame)
        self._at_content = False
        frame.go_on = lambda: self._node(frame, to_column=False, compact=not on_marker_line)

    def _top(self) -> BlockFrame:
        # Steps of blocks are taken only while a block is what was opened last.
        return cast("BlockFrame", self._reading.stack[-1])

    def _between(self) -> None:
        """Go from what has ended to what comes next, and end what ends with it."""
        cursor, reading = self._cursor, self._reading
        if not self._at_content and not cursor.to_content() and cursor.index < cursor.end:
            raise trailing(cursor)
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
        at_item = self._cursor.at() == "-" and self._cursor.follows(SPACE)
        return not at_item and isinstance(parent, BlockFrame) and parent.indent == frame.indent

    def _end(self, frame: BlockFrame) -> None:
        mark = self._cursor.mark()
        if frame.awaits_value:
            self._reading.nothing(NONE, mark)
        self._reading.end(mark, mark, mapping=frame.mapping)
        self._reading.stack.pop()

    def _entry(self, frame: BlockFrame, column: int) -> None:
        cursor = self._cursor
        if cursor.tabbed:
            raise after_tab(cursor.text.index("\t", cursor.line_start))
        if column > frame.indent:
            raise cursor.error(
                "this line is indented further than what it could belong to",
                "Indent it as the lines that it belongs with.",
            )
        if frame.mapping:
            self._map_entry(frame)
        elif cursor.at() == "-" and cursor.follows(SPACE):
            self._list_entry(frame)
        else:
            raise cursor.error("a list goes on with '-'", "Indent this line as what it belongs to.")

    def _list_entry(self, frame: BlockFrame) -> None:
        cursor = self._cursor
        self._reading.dashes.append(cursor.index)
        cursor.index += 1
        self._node(frame, to_column=False, compact=True)

    def _map_entry(self, frame: BlockFrame) -> None:
        cursor, reading = self._cursor, self._reading
        sign = cursor.at()
        indicator = sign in ("?", ":") and cursor.follows(SPACE)
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
        if self._cursor.at() == ":" and self._cursor.follows(SPACE):
            self._reading.nothing(slot.own, self._cursor.mark())
            return self._value(frame)
        return self._content.read(frame, slot)

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
            self._content.read(frame, slot)
        return None

    def _is_deep_enough(self, frame: BlockFrame, *, to_column: bool) -> bool:
        cursor = self._cursor
        indent = cursor.indent()
        if indent != frame.indent or not to_column or cursor.tabbed:
            return indent > frame.indent
        return cursor.at() == "-" and cursor.follows(SPACE)

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
        if sign not in ("-", "?", ":") or not cursor.follows(SPACE):
            return False
        own = slot.own.given() and sign != ":"
        if slot.tab is not None:
            raise after_tab(slot.tab)
        if own or not slot.opens:
            raise cursor.error(
                f"nothing that begins with '{sign}' can begin here",
                "Begin it on a line of its own.",
            )
        frame = self._content.open(slot, mapping=sign != "-")
        if sign == ":":
            self._reading.nothing(slot.own, cursor.mark())
            frame.go_on = lambda: self._value(frame)
        else:
            frame.go_on = lambda: self._entry(frame, frame.indent)
        return True
