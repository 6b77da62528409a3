"""The text of one file, checked as text, and the parser's events and tokens over it.

The parser is libyaml by way of PyYAML, which speaks YAML 1.1 on a few points. What it takes too
lightly is refused in ``strictness``; characters it treats otherwise than YAML 1.2 does are
refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NoReturn, cast

from yaml import CBaseLoader, MarkedYAMLError, YAMLError
from yaml.events import Event
from yaml.tokens import Token

from reconciler.desired.yaml.findings import Findings, Mark, ReadingStopped
from reconciler.desired.yaml.json_events import JsonEvents, JsonSyntaxError
from reconciler.desired.yaml.markers import second_document, without_unread_directives
from reconciler.desired.yaml.text_place import START, TextLines
from reconciler.model.kinds import reading as kinds

MAX_BYTES: Final = 1_048_576
SYNTAX_REMEDY: Final = "Mend the file at this place; nothing in it was read."
_MAX_TAG_DIRECTIVES = 32
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# YAML 1.1, and so libyaml, folds the first three as line breaks; YAML 1.2 does not. The last
# cannot be seen, and a reader that drops it makes of two keys one.
_TWO_READINGS = re.compile("[\x85\u2028\u2029\ufeff]")


class YamlSource:
    """The bytes of one file, known to be UTF-8 without a byte order mark."""

    def __init__(self, data: bytes, *, is_json: bool) -> None:
        self.data = data
        self.is_json = is_json

    @property
    def text(self) -> str:
        """The file as text."""
        return self.data.decode()

    def events(self) -> Iterator[Event]:
        """Return the events; taking them raises ``YAMLError`` or ``JsonSyntaxError``."""
        if self.is_json:
            return iter(JsonEvents(self.text))
        return cast("Iterator[Event]", iter(CBaseLoader(self.data).get_event, None))

    def tokens(self) -> Iterator[Token]:
        """Return the tokens of a YAML file that is known to parse."""
        return cast("Iterator[Token]", iter(CBaseLoader(self.data).get_token, None))


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


def stop_at_syntax_error(source: YamlSource, findings: Findings, error: Exception) -> NoReturn:
    """Record the parser's ``error`` about ``source``.

    Raises:
        ReadingStopped: always.
    """
    if isinstance(error, JsonSyntaxError):
        findings.stop(kinds.JSON_SYNTAX, error.place, problem=str(error))
    second = second_document(source.text)
    if second is not None:
        findings.stop(kinds.YAML_DOCUMENTS, TextLines(source.text).place_at(second))
    control = _CONTROL.search(source.text)
    if not isinstance(error, MarkedYAMLError) and control:
        place = TextLines(source.text).place_at(control.start())
        findings.stop(
            kinds.YAML_CHARACTER,
            place,
            character=f"U+{ord(control[0]):04X}",
            problem="it is a control character",
            remedy="Remove it; if it is meant, write its escape in double quotes.",
        )
    _stop_at_marked(source, findings, error)


def _stop_at_marked(source: YamlSource, findings: Findings, error: Exception) -> NoReturn:
    problem = getattr(error, "problem", None) or "it cannot be read"
    mark: Mark = getattr(error, "problem_mark", None) or START
    if problem == "found invalid Unicode character escape code":
        findings.stop(
            kinds.YAML_CHARACTER,
            mark,
            character="this escape",
            problem="it stands for no character by itself",
            remedy="Write the character itself, or \\U and its eight digits.",
        )
    context = getattr(error, "context", None)
    told = f"{context}, the parser {problem}" if context else problem
    remedy = _remedy(problem, context or "", TextLines(source.text).rest_at(mark))
    findings.stop(kinds.YAML_SYNTAX, mark, problem=told, remedy=remedy)


def _remedy(problem: str, context: str, rest: str) -> str:
    """Return what to write where YAML 1.2 allows something that the parser does not."""
    if "tab" in problem or rest.startswith("\t"):
        return "Write spaces where this line has a tab; then mend what is left."
    if context in ("while scanning an anchor", "while scanning an alias"):
        return "Write names of anchors with letters, digits, '-' and '_' only."
    if problem == "did not find expected ',' or '}'":
        return "Write a key and its ':' on one line, and a comma after each value."
    if context == "while parsing a flow node" and rest.startswith((":", "?")):
        return "Put quotes around a text in brackets that begins with ':' or '?'."
    if problem == "did not find expected <document start>":
        return "Indent every line of a text that begins with '|' or '>'."
    return SYNTAX_REMEDY


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


READING_ERRORS: Final = (YAMLError, JsonSyntaxError)
"""What taking events or tokens raises about the input."""
