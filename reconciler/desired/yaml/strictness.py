"""Finds what libyaml takes otherwise than YAML 1.2: comments without a space, shallow lines.

Most of it YAML 1.2 forbids; some, such as a name that libyaml ends too early, it reads otherwise,
and ``grammar`` will.
Only files in which one of these can stand are looked at; a look takes about as long as a read.
"""

from __future__ import annotations

import re

from yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowEntryToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    KeyToken,
    ScalarToken,
    Token,
    ValueToken,
)

from reconciler.desired.yaml.events import tokens_of
from reconciler.desired.yaml.findings import Findings
from reconciler.desired.yaml.remedies import MEND
from reconciler.desired.yaml.source import YamlSource
from reconciler.desired.yaml.text_place import TextLines
from reconciler.model.kinds import reading as kinds

# Each begins with the rarest character and looks back from it, for speed.
# What can end right before a comment; after a word, '#' belongs to the word.
_CLOSED_THEN_COMMENT = re.compile(
    rb"""#(?:(?<=[]}["'{,:>|]#)|(?<=[|>][-+0-9]#)|(?<=[|>][-+0-9]{2}#))"""
)
# Where libyaml ends an anchor's name, or takes a '?' for itself, YAML 1.2 reads on.
_BARE_QUESTION = re.compile(rb"\?(?<=[\s\[{,]\?)\S")
# In brackets libyaml takes each ':' for itself; in YAML 1.2 one can begin a text.
_COLON_THEN_TEXT = re.compile(rb":(?<=[\s\[{,]:)[^\s\[\]{},]")
_CUT_NAME = re.compile(rb"[&*][-0-9A-Za-z_]+[?:%@`]")
_BLOCK_HEADER_THEN_COMMENT = re.compile(r"[|>][-+0-9]*#")
_PROPERTIES_ONLY = re.compile(r"[ \t]*(?:[&!]\S*[ \t]+)*")
_NAME_GOES_ON = tuple("?:%@`")
_ENDS_COLON = frozenset(" \t\r\n,[]{}")
_EXPLICIT_INDENT = re.compile(r"[|>][-+]?[0-9]")


def check_strictness(source: YamlSource, findings: Findings, *, suspected: bool) -> None:
    """Record what libyaml took and YAML 1.2 does not; ``suspected``: the events hint at it.

    Raises:
        ReadingStopped: there were too many findings.
    """
    if suspected or _is_suspect(source.data):
        _StrictnessCheck(source, findings).run()


def _is_suspect(data: bytes) -> bool:
    for pattern in (_CLOSED_THEN_COMMENT, _BARE_QUESTION, _COLON_THEN_TEXT):
        if pattern.search(data):
            return True
    return (b"&" in data or b"*" in data) and _CUT_NAME.search(data) is not None


class _StrictnessCheck:
    """One pass over the tokens of a file that is known to parse."""

    def __init__(self, source: YamlSource, findings: Findings) -> None:
        self._source = source
        self._text = source.text
        self._lines = TextLines(self._text)
        self._findings = findings
        self._indents = [-1]
        self._flows: list[int] = []
        self._previous: Token | None = None

    def run(self) -> None:
        for token in tokens_of(self._source):
            if isinstance(token, (BlockMappingStartToken, BlockSequenceStartToken)):
                self._indents.append(token.start_mark.column)
            elif isinstance(token, BlockEndToken):
                self._indents.pop()
            elif isinstance(token, (FlowMappingStartToken, FlowSequenceStartToken)):
                self._flows.append(token.start_mark.index)
            elif isinstance(token, (FlowMappingEndToken, FlowSequenceEndToken)):
                self._flow_end(token)
            elif isinstance(token, ScalarToken):
                self._scalar(token)
            elif isinstance(token, (AnchorToken, AliasToken)):
                self._cut_short(token)
            elif isinstance(token, KeyToken):
                self._explicit_key(token)
            elif isinstance(token, ValueToken):
                self._value(token)
            self._lone_question(token)
            self._comment_after(token)
            self._previous = token

    def _comment_after(self, token: Token) -> None:
        start, end = token.start_mark.index, token.end_mark.index
        touches = self._text[end : end + 1] == "#" and not self._text[end - 1].isspace()
        if end > start and touches:
            self._refuse(end, "a comment begins with '#' after a space")

    def _cut_short(self, token: Token) -> None:
        end = token.end_mark.index
        if self._text[end : end + 1] in _NAME_GOES_ON:
            self._refuse(end, "a space must follow the name of an anchor or alias")

    def _explicit_key(self, token: KeyToken) -> None:
        start, end = token.start_mark.index, token.end_mark.index
        if end > start and not self._text[end].isspace():
            self._refuse(start, "a space must follow '?', or quotes must enclose it")

    def _value(self, token: ValueToken) -> None:
        end = token.end_mark.index
        before = self._previous
        closed = isinstance(before, (FlowMappingEndToken, FlowSequenceEndToken)) or (
            isinstance(before, ScalarToken) and before.style
        )
        if self._flows and not closed and self._text[end] not in _ENDS_COLON:
            self._refuse(end, "a space must follow ':', or quotes must enclose it")

    def _lone_question(self, token: Token) -> None:
        # libyaml passes over what follows a '?' without a key in square brackets.
        before = self._previous
        lone = isinstance(before, KeyToken) and before.end_mark.index > before.start_mark.index
        if lone and isinstance(token, (FlowEntryToken, FlowSequenceEndToken)):
            self._refuse(token.start_mark.index, "a key must follow '?'")

    def _flow_end(self, token: Token) -> None:
        if not self._flows:  # the parser takes the bracket after a lone '?' for something else
            self._refuse(token.start_mark.index, "this bracket closes nothing")
            return
        start = self._flows.pop()
        if not self._flows:
            self._continuation(start, token.end_mark.index, comments=True)

    def _scalar(self, token: ScalarToken) -> None:
        start, end = token.start_mark.index, token.end_mark.index
        if token.style in ("|", ">"):
            self._block_scalar(token, start)
        elif token.style:
            self._continuation(start, end, comments=False)

    def _continuation(self, start: int, end: int, *, comments: bool) -> None:
        """Refuse the lines after the first that are no deeper than the block they are in."""
        wanted = self._indents[-1] + 1
        lines = self._lines
        for number in range(lines.number_at(start) + 1, lines.number_at(end) + 1):
            line = lines.line(number)
            content = line.lstrip(" \t")
            if (comments and content.startswith("#")) or not (line if not comments else content):
                continue
            if _depth(line) < wanted and (content or _depth(line) < len(line)):
                problem = "this line must be indented with spaces, and further"
                self._refuse(lines.start(number), problem)

    def _block_scalar(self, token: ScalarToken, start: int) -> None:
        header = _BLOCK_HEADER_THEN_COMMENT.match(self._text, start)
        before = self._text[self._lines.start(token.start_mark.line) : start]
        if _PROPERTIES_ONLY.fullmatch(before) and _depth(before) <= self._indents[-1]:
            self._refuse(start, "this text must be indented further")
        elif header:
            self._refuse(header.end() - 1, "a comment begins with '#' after a space")
        elif not token.value.strip("\n") and not _EXPLICIT_INDENT.match(self._text, start):
            self._blank_block_scalar(start)

    def _blank_block_scalar(self, start: int) -> None:
        """Refuse the line that is this scalar's first by its depth, and a comment to libyaml."""
        lines = self._lines
        for number in range(lines.number_at(start) + 1, len(lines)):
            line = lines.line(number)
            if line.strip(" "):
                if _depth(line) > self._indents[-1]:
                    self._refuse(lines.start(number), "this line is text to some, and no comment")
                return

    def _refuse(self, index: int, problem: str) -> None:
        place = self._lines.place_at(index)
        self._findings.add(kinds.YAML_SYNTAX, place, problem=problem, remedy=MEND)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
