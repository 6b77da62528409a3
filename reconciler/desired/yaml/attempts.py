"""Which parser reads a file, and what is said of one that neither does.

libyaml reads nearly all files, and fast. What it refuses, or takes otherwise than YAML 1.2 does,
is read again by ``grammar``, whose word counts: it takes all that is YAML 1.2 and nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from msgspec import Struct

from reconciler.desired.yaml.builder import MAX_VALUES, ValueBuilder
from reconciler.desired.yaml.events import READING_ERRORS, events_of
from reconciler.desired.yaml.findings import Findings, ReadingStopped
from reconciler.desired.yaml.source import YamlSource
from reconciler.desired.yaml.strictness import check_strictness
from reconciler.desired.yaml.syntax_errors import add_syntax_error
from reconciler.desired.yaml.text_place import Place, TextPlace
from reconciler.model.document import JsonValue

MAX_GRAMMAR_VALUES: Final = 60_000
"""The grammar takes several times as long as libyaml; a file with more is left to that."""


class Attempt(Struct, frozen=True):
    """What came of reading a file with one parser."""

    source: YamlSource
    """The file, as this parser reads it."""
    value: JsonValue
    findings: Findings
    refused_at: Place | None
    """Where it is no YAML 1.2 to this parser; None where it is, or where no other may say more."""
    given_up: bool = False
    """Whether it holds more than this parser can read in time."""


def best_attempt(source: YamlSource, findings: Findings) -> Attempt:
    """Read a file with the parser that takes it; ``findings`` are of the file before it is parsed.

    Where neither takes it, the attempt that came further says what is wrong: the other stumbled
    over something else, which may be right.
    """
    first = _attempt(source, findings)
    if first.refused_at is None:
        return first
    second = _attempt(source.for_grammar(), findings)
    if second.given_up:
        return first
    if second.refused_at is None or _order(second.refused_at) > _order(first.refused_at):
        return second
    return first


def _order(place: Place) -> tuple[int, int]:
    return place.line, place.column


def _attempt(source: YamlSource, before: Findings) -> Attempt:
    findings = before.copy()
    builder = ValueBuilder(findings, MAX_GRAMMAR_VALUES if source.by_grammar else MAX_VALUES)
    refused_at: Place | None = None
    with suppress(ReadingStopped):
        try:
            builder.feed(events_of(source))
        except READING_ERRORS as error:
            refused_at = add_syntax_error(source, findings, error)
            raise ReadingStopped from None
        if not (source.is_json or source.by_grammar):
            refused_at = _strictly_refused_at(source, findings, builder)
    given_up = source.by_grammar and builder.has_too_many
    return Attempt(source, builder.value, findings, refused_at, given_up)


def _strictly_refused_at(
    source: YamlSource, findings: Findings, builder: ValueBuilder
) -> Place | None:
    known = len(findings.diagnostics)
    with suppress(ReadingStopped):
        check_strictness(source, findings, suspected=builder.needs_strictness)
    added = findings.diagnostics[known:]
    if not added or added[0].location is None:
        return None
    return TextPlace((added[0].location.line or 1) - 1, (added[0].location.column or 1) - 1)
