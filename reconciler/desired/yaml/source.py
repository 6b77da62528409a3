"""The text of one file, checked as text, before any parser sees it."""

from __future__ import annotations

import re
from typing import Final

from reconciler.desired.yaml.findings import Findings, ReadingStopped
from reconciler.desired.yaml.markers import without_unread_directives
from reconciler.desired.yaml.remedies import MEND
from reconciler.desired.yaml.text_place import START, TextLines
from reconciler.model.kinds import reading as kinds

MAX_BYTES: Final = 1_048_576
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
            remedy=MEND,
        )
