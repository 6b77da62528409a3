"""What stands at one place of a block: a text, an alias or brackets, as a key or as a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct
from yaml.error import Mark
from yaml.events import CollectionStartEvent

from reconciler.desired.yaml.grammar.block_scalar import block_scalar
from reconciler.desired.yaml.grammar.buffer import MAX_KEY, Start
from reconciler.desired.yaml.grammar.cursor import Cursor, GrammarError
from reconciler.desired.yaml.grammar.emitting import Frame, Reading
from reconciler.desired.yaml.grammar.flow import FlowStructure
from reconciler.desired.yaml.grammar.plain import plain_line, plain_lines
from reconciler.desired.yaml.grammar.properties import NONE, Properties, name, together
from reconciler.desired.yaml.grammar.quoted import quoted
from reconciler.desired.yaml.remedies import MEND

SPACE: Final = " \t\r\n"


class Slot(Struct):
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


class BlockFrame(Frame):
    """A list or mapping that is open, or the document, whose indentation is -1."""

    indent: int = -1
    awaits_value: bool = False
    """Whether a key with '?' was read, and its value was not."""


class BlockContent:
    """Reads contents of blocks.

    Args:
        reading: the text.
        value: what reads on in a mapping of which a key was read.
        between: what reads on after a value.
    """

    def __init__(
        self,
        reading: Reading,
        value: Callable[[BlockFrame], None],
        between: Callable[[], None],
    ) -> None:
        self._reading = reading
        self._cursor = reading.cursor
        self._flow = FlowStructure(reading)
        self._value = value
        self._between = between

    def open(self, slot: Slot, *, mapping: bool) -> BlockFrame:
        """Begin the list or mapping whose first entry is at ``slot``, and return it."""
        frame = BlockFrame(self._between, mapping, indent=slot.column)
        self._reading.begin(slot.above, slot.mark, mapping=mapping, flow=False, at=slot.start.event)
        self._reading.stack.append(frame)
        return frame

    def read(self, frame: BlockFrame, slot: Slot) -> None:
        """Read what is at ``slot`` in ``frame``, or begin to."""
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
            mapping = frame if slot.key else self.open(slot, mapping=True)
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
        found = cursor.at() == ":" and cursor.follows(SPACE)
        if found and slot.opens and not slot.start.may_be_key(cursor):
            raise cursor.error(
                f"the key before this ':' goes over several lines or {MAX_KEY:,} characters",
                "Write it on one line, or after '?'.",
            )
        if found and slot.tab is not None:
            raise after_tab(slot.tab)
        if found and not slot.opens:
            raise trailing(cursor)
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
        frame.go_on = lambda: self._after_brackets(frame, slot)
        properties = slot.own if slot.opens else together(slot.above, slot.own, cursor)
        start = slot.start if slot.opens else None
        event = self._flow.open_in_block(properties, slot.parent + 1, start)
        if start and slot.above.given():
            start.when_no_key = lambda: self._give_above(slot, event)

    def _give_above(self, slot: Slot, event: CollectionStartEvent) -> None:
        both = together(slot.above, slot.own, self._cursor)
        event.anchor, event.tag, event.start_mark = both.anchor, both.tag, both.mark
        event.implicit = both.tag is None

    def _after_brackets(self, frame: BlockFrame, slot: Slot) -> None:
        frame.go_on = self._between
        self._reading.out.release(slot.start)
        if self._is_key(slot):
            mapping = frame if slot.key else self.open(slot, mapping=True)
            mapping.go_on = lambda: self._value(mapping)
        elif slot.start.when_no_key:
            slot.start.when_no_key()


def trailing(cursor: Cursor) -> GrammarError:
    """Return the error that the value which ends before ``cursor`` cannot be followed so."""
    if cursor.at() == "#":
        return cursor.error("a comment begins with '#' after a space")
    if cursor.at() == ":" and cursor.follows(SPACE):
        return cursor.error(
            "what is before this ':' cannot be a key",
            "Put quotes around the text, or begin the key on a line of its own.",
        )
    return cursor.error("a value has ended, and more text follows on its line")


def after_tab(index: int) -> GrammarError:
    """Return the error that the tab at ``index`` stands before a list or mapping."""
    return GrammarError(
        "no list or mapping can begin after a tab",
        index,
        "Write spaces where this line has a tab.",
    )
