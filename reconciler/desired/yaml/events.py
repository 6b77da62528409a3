"""A parser's events over one file.

The parser is libyaml by way of PyYAML, which speaks YAML 1.1 on a few points. What it takes too
lightly is refused in ``strictness``; characters it treats otherwise than YAML 1.2 does are
refused in ``source``. A file that it does not take is read by ``grammar``, which is slower.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final, cast

from yaml import CBaseLoader, YAMLError
from yaml.events import Event
from yaml.tokens import BlockEntryToken, FlowEntryToken, Token

from reconciler.desired.yaml.grammar.cursor import GrammarError
from reconciler.desired.yaml.grammar.parser import GrammarEvents
from reconciler.desired.yaml.json_events import JsonEvents, JsonSyntaxError
from reconciler.desired.yaml.source import YamlSource

READING_ERRORS: Final = (YAMLError, JsonSyntaxError, GrammarError)
"""What taking events or tokens raises about the input."""


def events_of(source: YamlSource) -> Iterator[Event]:
    """Return the events; taking them raises one of ``READING_ERRORS``."""
    if source.is_json:
        return iter(JsonEvents(source.text))
    if source.by_grammar:
        return iter(GrammarEvents(source.text))
    return cast("Iterator[Event]", iter(CBaseLoader(source.data).get_event, None))


def tokens_of(source: YamlSource) -> Iterator[Token]:
    """Return libyaml's tokens of a YAML file that it is known to take."""
    return cast("Iterator[Token]", iter(CBaseLoader(source.data).get_token, None))


def separators_of(source: YamlSource) -> tuple[list[int], list[int]]:
    """Return where each dash of a list and each comma stands in a file that is known to read.

    Both are indexes into the text, in order.
    """
    if source.by_grammar:
        events = GrammarEvents(source.text)
        deque(events, maxlen=0)
        return events.dashes, events.commas
    dashes: list[int] = []
    commas: list[int] = []
    for token in tokens_of(source):
        if isinstance(token, BlockEntryToken):
            dashes.append(token.start_mark.index)
        elif isinstance(token, FlowEntryToken):
            commas.append(token.start_mark.index)
    return dashes, commas
