"""Reads one scalar event: its value by its style, its tag and the core schema, or a finding."""

from __future__ import annotations

import re
from typing import cast

from yaml.events import Event, NodeEvent, ScalarEvent

from reconciler.desired.yaml.core_schema import (
    CORE_TAGS,
    SCALAR_TAGS,
    SPECIAL_STARTS,
    NumberRefusedError,
    Scalar,
    TagMismatchError,
    resolve,
)
from reconciler.desired.yaml.findings import Findings, Mark
from reconciler.model.kinds import reading as kinds

_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")


class ScalarReader:
    """Reads the scalars and checks the tags of one file."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def value_of(self, event: ScalarEvent) -> Scalar:
        """Return the value of ``event``; of a refused one, something to go on with.

        Raises:
            ReadingStopped: the file can be read no further.
        """
        text = event.value
        if event.tag is not None:
            return self._tagged(event, event.tag)
        if not event.style:
            return self._plain(event) if text[:1] in SPECIAL_STARTS else text
        if not text.isascii() or "\0" in text:
            self._check_characters(event)
        return text

    def refuse_tag(self, event: NodeEvent, tag: str) -> None:
        """Record that ``tag`` is not read, or not on what it stands before."""
        if tag in CORE_TAGS:
            self._findings.add(kinds.YAML_TAG_MISMATCH, mark_of(event), tag=_short(tag))
            return
        allowed = ", ".join(sorted(map(_short, CORE_TAGS)))
        self._findings.add(kinds.YAML_TAG, mark_of(event), allowed=allowed)

    def _plain(self, event: ScalarEvent) -> Scalar:
        if event.value == "-":
            self._findings.stop(
                kinds.YAML_SYNTAX,
                mark_of(event),
                problem="a lone '-' cannot be a value",
                remedy="Put quotes around it.",
            )
        try:
            return resolve(event.value)
        except NumberRefusedError as refused:
            self._findings.add(kinds.YAML_NUMBER, mark_of(event), problem=str(refused))
            return None

    def _tagged(self, event: ScalarEvent, tag: str) -> Scalar:
        if tag not in SCALAR_TAGS:
            self.refuse_tag(event, tag)
            return event.value
        self._check_characters(event)
        try:
            return SCALAR_TAGS[tag](event.value)
        except TagMismatchError:
            self._findings.add(kinds.YAML_TAG_MISMATCH, mark_of(event), tag=_short(tag))
        except NumberRefusedError as refused:
            self._findings.add(kinds.YAML_NUMBER, mark_of(event), problem=str(refused))
        return event.value

    def _check_characters(self, event: ScalarEvent) -> None:
        found = _UNSPEAKABLE.search(event.value)
        if found:
            self._findings.add(
                kinds.YAML_CHARACTER,
                mark_of(event),
                character=f"U+{ord(found[0]):04X}",
                problem="neither PostgreSQL nor UTF-8 can hold it",
                remedy="Remove its escape from the text that begins here.",
            )


def mark_of(event: Event) -> Mark:
    """Return where ``event`` begins."""
    # The parser leaves no event without its place; the type stubs cannot know it.
    return cast("Mark", event.start_mark)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
