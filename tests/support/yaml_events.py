"""Events of YAML in the notation of the public test suite, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    StreamStartEvent,
)

_BARE: dict[type[Event], str] = {
    StreamStartEvent: "+STR",
    StreamEndEvent: "-STR",
    MappingEndEvent: "-MAP",
    SequenceEndEvent: "-SEQ",
}
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r", "\b": r"\b"})


def written(events: Iterable[Event]) -> Iterator[str]:
    """Yield each event as the suite writes it."""
    for event in events:
        if isinstance(event, NodeEvent):
            yield _node(event)
        elif isinstance(event, DocumentStartEvent):
            yield "+DOC ---" if event.explicit else "+DOC"
        elif isinstance(event, DocumentEndEvent):
            yield "-DOC ..." if event.explicit else "-DOC"
        else:
            yield _BARE[type(event)]


def _node(event: NodeEvent) -> str:
    if isinstance(event, AliasEvent):
        return f"=ALI *{event.anchor}"
    tag = event.tag if isinstance(event, (ScalarEvent, CollectionStartEvent)) else None
    properties = (f" &{event.anchor}" if event.anchor else "") + (f" <{tag}>" if tag else "")
    if isinstance(event, ScalarEvent):
        return f"=VAL{properties} {event.style or ':'}{event.value.translate(_ESCAPES)}"
    assert isinstance(event, CollectionStartEvent)
    kind, signs = ("+MAP", " {}") if isinstance(event, MappingStartEvent) else ("+SEQ", " []")
    return kind + (signs if event.flow_style else "") + properties
