"""Events that are kept back until it is known whether what they are about is a key.

Whether brackets are a key is known after they close. A key stands on one line and has at most
1,024 characters, so that little is kept back, whatever the text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from yaml.events import Event

from reconciler.desired.yaml.grammar.cursor import Cursor

MAX_KEY: Final = 1024


class Start(Struct):
    """Where something begins that may prove to be a key."""

    index: int
    line: int
    event: int
    """The number of the first event that is about it."""
    when_no_key: Callable[[], None] | None = None
    """What is left to do when it is known to be none, before its events go."""

    def may_be_key(self, cursor: Cursor) -> bool:
        """Return whether what goes on up to ``cursor`` is short enough for a key."""
        return self.line == cursor.line and cursor.index - self.index <= MAX_KEY


class EventBuffer:
    """The events that were read and not yet given away."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._given = 0
        self._open: deque[Start] = deque()

    @property
    def count(self) -> int:
        """How many events there were so far."""
        return self._given + len(self._events)

    def add(self, event: Event) -> None:
        """Take an event."""
        self._events.append(event)

    def insert(self, number: int, event: Event) -> None:
        """Put an event before the one of that number, which is still kept back."""
        self._events.insert(number - self._given, event)

    def keep_from(self, start: Start) -> None:
        """Keep back what comes from ``start`` on, as long as it may be a key."""
        self._open.append(start)

    def release(self, start: Start) -> None:
        """Take note that it is known whether ``start`` is a key."""
        if self._open and self._open[-1] is start:
            self._open.pop()

    def ready(self, cursor: Cursor) -> list[Event]:
        """Give away the events that nothing comes before any more.

        Raises:
            GrammarError: what is now known to be no key has two anchors or tags.
        """
        opened = self._open
        while opened and not opened[0].may_be_key(cursor):
            start = opened.popleft()
            if start.when_no_key:
                start.when_no_key()
                start.when_no_key = None
        events = self._events
        if not opened:
            self._events = []
        else:
            count = opened[0].event - self._given
            if not count:
                return []
            events, self._events = events[:count], events[count:]
        self._given += len(events)
        return events

    def rest(self) -> list[Event]:
        """Give away what is still kept back, when nothing more can be read."""
        return self._events
