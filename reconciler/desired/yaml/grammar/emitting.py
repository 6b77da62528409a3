"""What both kinds of structure write to: the cursor, the events, and what is open."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field
from yaml.error import Mark
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.desired.yaml.grammar.buffer import EventBuffer
from reconciler.desired.yaml.grammar.cursor import Cursor
from reconciler.desired.yaml.grammar.properties import DEFAULT_HANDLES, Properties


class Frame(Struct):
    """A collection that has begun and not ended; ``go_on`` reads on in it."""

    go_on: Callable[[], None]
    mapping: bool


class Reading(Struct):
    """One text while it is read."""

    cursor: Cursor
    out: EventBuffer = field(default_factory=EventBuffer)
    stack: list[Frame] = field(default_factory=list)
    handles: dict[str, str] = field(default_factory=lambda: DEFAULT_HANDLES)
    dashes: list[int] = field(default_factory=list)
    """Where the ``-`` of each item of a block list stands, as an index into the text."""
    commas: list[int] = field(default_factory=list)
    """Where each ``,`` between brackets stands."""

    def scalar(self, value: str, style: str, properties: Properties, mark: Mark) -> None:
        """Give a text that began at ``mark`` and ends here."""
        tag = properties.tag
        plain = (tag is None and not style) or tag == "!"
        implicit = (plain, tag is None and bool(style))
        start = properties.mark or mark
        self.out.add(
            ScalarEvent(
                properties.anchor, tag, implicit, value, start, self.cursor.mark(), style=style
            )
        )

    def nothing(self, properties: Properties, mark: Mark) -> None:
        """Give a value that is not written, at ``mark``."""
        tag = properties.tag
        start = properties.mark or mark
        implicit = (tag is None, False)
        end = properties.end or mark
        self.out.add(ScalarEvent(properties.anchor, tag, implicit, "", start, end, style=""))

    def alias(self, name: str, mark: Mark) -> None:
        """Give an alias that began at ``mark`` and ends here."""
        self.out.add(AliasEvent(name, mark, self.cursor.mark()))

    def begin(
        self,
        properties: Properties,
        mark: Mark,
        *,
        mapping: bool,
        flow: bool,
        at: int | None = None,
    ) -> CollectionStartEvent:
        """Give the begin of a collection at ``mark``, before event ``at`` if that is said."""
        kind = MappingStartEvent if mapping else SequenceStartEvent
        tag = properties.tag
        event = kind(
            properties.anchor,
            tag,
            tag is None,
            properties.mark or mark,
            self.cursor.mark() if flow and at is None else mark,
            flow_style=flow,
        )
        if at is None:
            self.out.add(event)
        else:
            self.out.insert(at, event)
        return event

    def end(self, start: Mark, end: Mark, *, mapping: bool) -> None:
        """Give the end of a collection, which is written from ``start`` to ``end``."""
        kind = MappingEndEvent if mapping else SequenceEndEvent
        self.out.add(kind(start, end))
