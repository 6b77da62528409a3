"""Reads the files that nearly all are: block mappings and lists of one-line scalars and texts.

Such a file has one reading, so it needs neither a parser's events nor a second look for what a
parser takes too lightly. Whatever is only a little else is left to the whole reader, which also
says what is wrong: nothing is refused here, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from reconciler.desired.yaml.core_schema import CONSTANTS
from reconciler.desired.yaml.plain_flow import FlowReader
from reconciler.desired.yaml.plain_scalars import (
    BLOCK_SCALAR,
    KEY,
    LETTERS,
    NotPlainError,
    scalar_value,
)
from reconciler.model.document import JsonObject, JsonValue

MOST_BYTES: Final = 65_536
_MOST_OPEN: Final = 40
_LONGEST_KEPT: Final = 200
_MOST_KEPT: Final = 20_000
_MOST_MET: Final = 100_000

# What is in brackets is looked at by whoever reads it. It ends where a comment could begin, even
# in quotes, so that no line is tried in several ways.
_BRACKETS = rf"[\[{{](?:[!\"$-~{LETTERS}]|(?<! )\#| ++(?!\#))*+(?<=[\]}}])"
_VALUE = rf"{BLOCK_SCALAR}|{_BRACKETS}"
_COMMENT = rf"\#[ -~{LETTERS}]*+"
_ENTRY = rf"(- )?(?:({KEY}):(?: +(?P<value>{_VALUE}))?|(?P<item>{_VALUE}))(?: +{_COMMENT})?"
ENTRY_LINE: Final = re.compile(rf"( *)(?:{_COMMENT}|{_ENTRY}|)")
"""What one line may be: its indentation, dash, key, and value or item."""
_TEXT_BELOW: Final = re.compile(rf"( *)(- )?({KEY}): +([|>])(-?)")
"""What a line is whose value is the text below it: line by line, or folded to one."""
_TEXT_LINE: Final = re.compile(rf"( +)([!-~{LETTERS}](?:[ -~{LETTERS}]*[!-~{LETTERS}])?)")

_NOTHING: Final = object()
"""What stands where a line has no value, and its key's may begin on the next one."""


def read_plain(data: bytes) -> JsonValue:
    """Return the value of a file that is a block mapping of nothing out of the ordinary.

    Raises:
        NotPlainError: it is something else, or is wrong.
    """
    if len(data) > MOST_BYTES:
        raise NotPlainError
    try:
        text = data.decode().removeprefix("---\n").rstrip("\n")
    except UnicodeDecodeError:
        raise NotPlainError from None
    if KNOWN_LINES.are_many:
        KNOWN_LINES.forget()
    lines = text.split("\n")
    if may_have_texts(text):
        return _value_of(list(_with_texts(lines)))
    return _value_of([KNOWN_LINES[line] for line in lines])


def may_have_texts(text: str) -> bool:
    """Return whether a key of a file may have a text below it, whose lines are no entries."""
    return ": >" in text or ": |" in text


def _with_texts(lines: list[str]) -> Iterator[_Line | None]:
    """Yield what each line is; with one that has a text below it, that text."""
    at = 0
    while at < len(lines):
        found = _TEXT_BELOW.fullmatch(lines[at])
        if found is None:
            yield KNOWN_LINES[lines[at]]
            at += 1
            continue
        indent, dash, key, style, strip = found.groups(default="")
        if key in CONSTANTS:
            raise NotPlainError
        texts = _texts_below(lines, at + 1, len(indent) + len(dash))
        value = (" " if style == ">" else "\n").join(texts) + ("" if strip else "\n")
        yield KNOWN_LINES.entry(indent, dash, key, value)
        at += 1 + len(texts)


def _texts_below(lines: list[str], begin: int, column: int) -> list[str]:
    """Return the lines of a text that a key at a column has: of one indentation, without a gap."""
    deeper = " " * (column + 1)
    texts: list[str] = []
    indents = set()
    end = begin
    while end < len(lines) and lines[end].startswith(deeper):
        found = _TEXT_LINE.fullmatch(lines[end])
        if found is None:
            raise NotPlainError
        indents.add(found[1])
        texts.append(found[2])
        end += 1
    while end < len(lines) and not lines[end]:
        end += 1
    after = lines[end] if end < len(lines) else ""
    if len(indents) != 1 or after.startswith(deeper) or after.isspace():
        raise NotPlainError
    return texts


class _Line(NamedTuple):
    """What one line is: an entry of a mapping, or of a list, or the first of a mapping in one."""

    indent: str
    dash: str
    key: str
    value: Any
    """Of the key, or without one the item; ``_NOTHING`` where there is none."""
    copied: Callable[[Any], Any] | None
    """What makes another value like this one, where it can be altered."""
    has_twin: bool
    """Whether another key is known that a reader could take for this one."""


class _Lines(dict[str, _Line | None]):
    """What lines are, None for those that say nothing; files are much alike, and few are new."""

    def __init__(self) -> None:
        super().__init__()
        self._spellings: dict[str, str] = {}
        self._met: set[int] = set()

    def __missing__(self, text: str) -> _Line | None:
        found = ENTRY_LINE.fullmatch(text)
        if found is None:
            raise NotPlainError
        indent, dash, key, value, item = found.groups(default="")
        line = self._line(indent, dash, key, value or item)
        # What is met a second time is kept: most lines are met often, and the others never again.
        if (mark := hash(text)) not in self._met:
            self._met.add(mark)
        elif len(text) <= _LONGEST_KEPT:
            self[text] = line
        return line

    @property
    def are_many(self) -> bool:
        """Whether it is time to forget."""
        return len(self) >= _MOST_KEPT or len(self._met) >= _MOST_MET

    def forget(self) -> None:
        """Begin anew; not in the middle of a file, whose keys are compared with each other."""
        self._met.clear()
        if len(self) >= _MOST_KEPT:
            self.clear()
            self._spellings.clear()

    def _line(self, indent: str, dash: str, key: str, written: str) -> _Line | None:
        if not key and not written:
            return None
        if (key and key in CONSTANTS) or not (key or dash):
            raise NotPlainError  # a key that is no string, or a text that is all there is
        held: Any = _NOTHING
        if written:
            held = FlowReader(written).read() if written[0] in "{[" else scalar_value(written)
        return self.entry(indent, dash, key, held)

    def entry(self, indent: str, dash: str, key: str, held: Any) -> _Line:
        """Return what a line is that has a key, a dash or both."""
        copied = _copied if isinstance(held, dict | list) else None
        has_twin = self._spellings.setdefault(key.casefold(), key) != key
        return _Line(indent, dash, key, held, copied, has_twin)


KNOWN_LINES: Final = _Lines()


def _value_of(lines: list[_Line | None]) -> JsonObject:
    blocks = _Blocks()
    twins = False
    for line in lines:
        if line is None:
            continue
        indent, dash, key, value, copied, has_twin = line
        twins |= has_twin
        if copied is not None:
            value = copied(value)
        # Most lines go on with the mapping that the line before was of.
        if indent == blocks.indent and key and not dash and value is not _NOTHING:
            mapping = blocks.mapping
            if key in mapping:
                raise NotPlainError
            mapping[key] = value
        else:
            blocks.take(len(indent), key, value, is_list=bool(dash))
    if not blocks.root or (twins and _has_twins(lines)):
        raise NotPlainError
    return blocks.root


def _has_twins(lines: list[_Line | None]) -> bool:
    """Return whether a file has two keys that a reader could take for one and the same."""
    keys = {line.key for line in lines if line is not None and line.key}
    return len(set(map(str.casefold, keys))) != len(keys)


class _Blocks:
    """The mappings and lists that have begun and not ended, the innermost last."""

    def __init__(self) -> None:
        self.root: JsonObject = {}
        self.mapping = self.root
        """The innermost mapping, as long as ``indent`` is what a line of it begins with."""
        self.indent: str | None = ""
        self._open: list[tuple[int, Any]] = [(0, self.root)]
        self._awaiting: tuple[int, JsonObject, str] | None = None
        """The key whose value, if it has one, begins on the next line; with its column."""

    def take(self, column: int, key: str, value: Any, *, is_list: bool) -> None:
        """Take one line's entry: of a mapping, of a list, or of a mapping that a list holds."""
        block = self._block_at(column, is_list=is_list)
        if not key:
            self.indent = None
            block.append(value)
            return
        if is_list:
            column += 2
            mapping: JsonObject = {}
            block.append(mapping)
            self._begin(column, mapping)
            block = mapping
        if key in block:
            raise NotPlainError
        if value is not _NOTHING:
            block[key] = value
            self.mapping, self.indent = block, " " * column
        else:
            block[key] = None
            self._awaiting, self.indent = (column, block, key), None

    def _block_at(self, column: int, *, is_list: bool) -> Any:
        """Return the block that an entry at ``column`` belongs to, which may begin with it."""
        awaiting, self._awaiting = self._awaiting, None
        if awaiting is not None:
            outer, mapping, key = awaiting
            if column > outer or (is_list and column == outer):
                block: Any = [] if is_list else {}
                mapping[key] = block
                self._begin(column, block)
                return block
        while self._open[-1][0] > column:
            self._open.pop()
        at, block = self._open[-1]
        if not is_list and type(block) is list:
            # A list may stand at the column of the key that it is the value of.
            self._open.pop()
            at, block = self._open[-1]
        if at != column or (type(block) is list) is not is_list:
            raise NotPlainError
        return block

    def _begin(self, column: int, block: Any) -> None:
        self._open.append((column, block))
        if len(self._open) > _MOST_OPEN:
            raise NotPlainError


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(child) for key, child in value.items()}
    return list(map(_copied, value)) if isinstance(value, list) else value
