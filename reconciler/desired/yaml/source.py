"""The text of one file, checked as text, and a parser's events over it.

The parser is libyaml by way of PyYAML, which speaks YAML 1.1 on a few points. What it takes too
lightly is refused in ``strictness``; characters it treats otherwise than YAML 1.2 does are
refused here. A file that it does not take is read by ``grammar``, which is slower.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Final, cast

from yaml import CBaseLoader, YAMLError
from yaml.events import Event
from yaml.tokens import BlockEntryToken, FlowEntryToken, Token

from reconciler.desired.yaml.findings import Findings, ReadingStopped
from reconciler.desired.yaml.grammar.cursor import MEND, GrammarError
from reconciler.desired.yaml.grammar.parser import GrammarEvents
from reconciler.desired.yaml.json_events import JsonEvents, JsonSyntaxError
from reconciler.desired.yaml.markers import without_unread_directives
from reconciler.desired.yaml.text_place import START, TextLines
from reconciler.model.kinds import reading as kinds

MAX_BYTES: Final = 1_048_576
SYNTAX_REMEDY: Final = MEND
_MAX_TAG_DIRECTIVES = 32
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# YAML 1.1, and so libyaml, folds the first three as line breaks; YAML 1.2 does not. The last
# cannot be seen, and a reader that drops it makes of two keys one.
_TWO_READINGS = re.compile("[\x85\u2028\u2029\ufeff]")


class YamlSource:
    """The bytes of one file, known to be UTF-8 without a byte order mark.

    Args:
        data: the file's bytes.
        is_json: whether they are to be JSON.
        by_grammar: whether ``grammar`` is to read them instead of libyaml.
    """

    def __init__(self, data: bytes, *, is_json: bool, by_grammar: bool = False) -> None:
        self.data = data
        self.is_json = is_json
        self.by_grammar = by_grammar

    @property
    def text(self) -> str:
        """The file as text."""
        return self.data.decode()

    def for_grammar(self) -> YamlSource:
        """Return the same YAML file as one that ``grammar`` reads."""
        return YamlSource(self.data, is_json=False, by_grammar=True)

    def events(self) -> Iterator[Event]:
        """Return the events; taking them raises one of ``READING_ERRORS``."""
        if self.is_json:
            return iter(JsonEvents(self.text))
        if self.by_grammar:
            return iter(GrammarEvents(self.text))
        return cast("Iterator[Event]", iter(CBaseLoader(self.data).get_event, None))

    def tokens(self) -> Iterator[Token]:
        """Return libyaml's tokens of a YAML file that it is known to take."""
        return cast("Iterator[Token]", iter(CBaseLoader(self.data).get_token, None))

    def separators(self) -> tuple[list[int], list[int]]:
        """Return where each dash of a list and each comma stands in a file that is known to read.

        Both are indexes into the text, in order.
        """
        if self.by_grammar:
            events = GrammarEvents(self.text)
            deque(events, maxlen=0)
            return events.dashes, events.commas
        dashes: list[int] = []
        commas: list[int] = []
        for token in self.tokens():
            if isinstance(token, BlockEntryToken):
                dashes.append(token.start_mark.index)
            elif isinstance(token, FlowEntryToken):
                commas.append(token.start_mark.index)
        return dashes, commas


def checked_source(data: bytes, findings: Findings, *, is_json: bool) -> YamlSource:
    """Return ``data`` as a source to parse.

    Raises:
        ReadingStopped: the file is too large, no UTF-8, or would keep the parser busy for long.
    """
    if len(data) > MAX_BYTES:
        size, limit = f"{len(data):,}", f"{MAX_BYTES:,}"
        findings.stop(kinds.YAML_SIZE, START, size=size, limit=limit)
    data = data.removeprefix(_BOM)
    if not data.isascii():
        _check_encoding(data, findings)
        if not is_json:
            _check_two_readings(data.decode(), findings)
    # libyaml compares each directive with all before it, so that thousands take minutes.
    if data.count(b"%TAG") > _MAX_TAG_DIRECTIVES:
        _refuse_many_directives(data.decode(), findings)
    # What a file says must not hang on whether its editor ends the last line: in a block scalar
    # there, libyaml takes the end of the file for less than a line break.
    if not is_json and not data.endswith((b"\n", b"\r")):
        data += b"\n"
    if not is_json and data.lstrip().startswith((b"%", b"#", b"...")):
        data = _readable_prologue(data, findings)
    return YamlSource(data, is_json=is_json)


def _readable_prologue(data: bytes, findings: Findings) -> bytes:
    text, version = without_unread_directives(data.decode())
    if version is not None:
        findings.add(kinds.YAML_VERSION, START, version=version)
    return text.encode()


def _check_encoding(data: bytes, findings: Findings) -> None:
    if data.startswith(_UTF_16):
        findings.stop(kinds.YAML_ENCODING, START, problem="it begins as UTF-16 does")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        surrogate = data[error.start : error.start + 1] == b"\xed"
        what = "a surrogate code point" if surrogate else f"byte 0x{data[error.start]:02X}"
        place = TextLines(before).place_at(len(before))
        findings.stop(kinds.YAML_ENCODING, place, problem=f"{what} at offset {error.start:,}")


def _check_two_readings(text: str, findings: Findings) -> None:
    if not _TWO_READINGS.search(text):
        return
    lines = TextLines(text)
    for found in _TWO_READINGS.finditer(text):
        findings.add(
            kinds.YAML_CHARACTER,
            lines.place_at(found.start()),
            character=f"U+{ord(found[0]):04X}",
            problem="it cannot be seen, and YAML readers differ about it",
            remedy="Remove it; if it is meant, write its escape in double quotes.",
        )
    # What the parser says after one of these is about a line break that nobody wrote.
    raise ReadingStopped


def _refuse_many_directives(text: str, findings: Findings) -> None:
    directives = list(re.finditer(r"^%TAG", text, re.MULTILINE))
    if len(directives) > _MAX_TAG_DIRECTIVES:
        place = TextLines(text).place_at(directives[0].start())
        findings.stop(
            kinds.YAML_SYNTAX,
            place,
            problem="more %TAG lines than anybody needs",
            remedy=SYNTAX_REMEDY,
        )


READING_ERRORS: Final = (YAMLError, JsonSyntaxError, GrammarError)
"""What taking events or tokens raises about the input."""
