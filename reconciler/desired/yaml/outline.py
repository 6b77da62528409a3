"""What plain files have in common that differ in some scalars only, told by one look at the text.

Files of one kind are mostly written after one another. Of a file that has a known outline it is
known what the plain reader (``plain_blocks``) would make of it: the same, with other scalars in
their places. So the canonical form of its value is known without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from reconciler.desired.yaml.plain_blocks import ENTRY_LINE, may_have_texts, read_plain
from reconciler.desired.yaml.plain_flow import FlowReader
from reconciler.desired.yaml.plain_scalars import NotPlainError
from reconciler.model.canonical import canonical_json
from reconciler.model.document import JsonObject
from reconciler.model.sensitivity import REFERENCE_KEY

LONGEST_TEXT: Final = 63
"""How long a text may be that differs; one that is longer belongs to the outline."""
_MOST_FIELDS: Final = 100
_MARK = re.compile("qz([0-9]+)zq")
"""What stands for a scalar, by its number, where a template is made."""

Fields: TypeAlias = tuple[str, ...]
"""The scalars of a file that are not its outline's, as they are written, without quotes."""


class _Kind(NamedTuple):
    """A kind of scalar: the room for one in an outline, which are of it, and how they are in JSON.

    In a row of scalars that one room follows on another, what the first takes ends where it must,
    so that no text is tried in many ways.
    """

    room: str
    json: str
    check: str | None = None
    """What several of them, a line each, have to be; None where there is room for nothing else.

    It is compiled when an outline is made: most commands need none.
    """

    def takes(self, written: str) -> bool:
        """Return whether a scalar is of this kind."""
        if not re.fullmatch(self.room, written):
            return False
        return self.check is None or re.fullmatch(self.check, written) is not None


def _texts(room: str, word: str) -> _Kind:
    """Return a kind of texts without quotes; ``word`` is what a part of one is made of.

    One begins with a letter and is no constant, or has too many parts for a number. JSON has no
    escapes for any of it. Nowhere is there an "@": what a URL with a password is hangs on it.
    """
    letters = rf"(?!(?i:null|true|false)\b)[A-Za-z_/$(]{word}*+(?:(?:\ ++|:++|\#++){word}++)*+"
    parts = r"[0-9]+(?:(?:[.:/-][0-9]+){2,5}+|[:/-][0-9]+)"
    one = rf"(?![^\n]{{{LONGEST_TEXT + 1}}})(?:{letters}|{parts})"
    return _Kind(room, '"%s"', rf"{one}(?:\n{one})*")


_INTEGER = _Kind("(0|-?[1-9][0-9]{0,14})", "%s")
_DECIMAL = _Kind(r"(-?(?:0|[1-9][0-9]{0,5})\.[0-9]{0,2}[1-9])0{0,3}", "%s")
_BOOLEAN = _Kind("(true|false)", "%s")
_BLOCK_TEXT = _texts(r"(.*)", r"[!$-9;-?A-\[\]-~]")
_FLOW_TEXT = _texts(r"([^\n,\]}]*)", r"[A-Za-z0-9_/.+~$()%=?;!*&^<>|-]")
_QUOTED_TEXT = _Kind(rf"([ !#-&(-?A-\[\]-~]{{0,{LONGEST_TEXT}}})", '"%s"')
_REFERENCE = _Kind(r"([a-z][a-z0-9+.-]*+://[A-Za-z0-9_/.+~#-]+)", '"%s"')


class Template(Struct, frozen=True):
    """The canonical JSON of a part of a file, with room for the scalars that differ."""

    _text: str
    _pick: Callable[[Fields], Fields]

    def filled(self, fields: Fields) -> str:
        """Return the canonical JSON (RFC 8785) of that part of a file."""
        return self._text % self._pick(fields)


class Outline(Struct, frozen=True):
    """What some files have in common; made by ``outline_of``."""

    example: JsonObject
    """The value of one of them."""
    _marked: JsonObject
    _pattern: re.Pattern[str]
    _kinds: tuple[_Kind, ...]
    _checks: tuple[tuple[re.Pattern[str], Callable[[Fields], Fields]], ...]

    def fields(self, text: str) -> Fields | None:
        """Return the scalars of a file that has this outline; None of one that has another."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        fields = found.groups()
        for check, pick in self._checks:
            if check.fullmatch("\n".join(pick(fields))) is None:
                return None
        return fields

    def template(self, key: str) -> Template:
        """Return the template of what stands at one key of the whole."""
        written = canonical_json(self._marked[key]).decode().replace("%", "%%")
        order: list[int] = []

        def room(found: re.Match[str]) -> str:
            order.append(int(found[1]))
            return self._kinds[order[-1]].json

        return Template(re.sub(f'"{_MARK.pattern}"', room, written), _picker(order))


def _picker(order: Sequence[int]) -> Callable[[Fields], Fields]:
    if len(order) < 2:  # noqa: PLR2004 -- one would come alone, and not in a tuple
        return itemgetter(slice(order[0], order[0] + 1) if order else slice(0))
    return itemgetter(*order)


def _checks(kinds: Sequence[_Kind]) -> Iterator[tuple[re.Pattern[str], Callable[[Fields], Fields]]]:
    for kind in (_BLOCK_TEXT, _FLOW_TEXT):
        places = [place for place, each in enumerate(kinds) if each is kind]
        if kind.check and places:
            yield re.compile(kind.check), _picker(places)


def outline_of(text: str, opened: Collection[str]) -> Outline | None:
    """Return the outline of a file.

    Args:
        text: the file, in ASCII.
        opened: the keys of the whole below which scalars may differ.

    Returns:
        Every file that has it is plain, has the same comments, keys and kinds of scalars, the same
        number of them in each list, and elsewhere than below ``opened`` all the same. None where
        a file is not plain, or has more in it than is worth it.
    """
    if may_have_texts(text):
        return None
    pattern, marked, done = "", "", 0
    kinds: list[_Kind] = []
    try:
        example = read_plain(text.encode())
        for start, end, kind in _fields(text, opened):
            pattern += f"{re.escape(text[done:start])}{kind.room}"
            marked += f"{text[done:start]}qz{len(kinds)}zq"
            kinds.append(kind)
            done = end
        with_marks = read_plain((marked + text[done:]).encode())
    except NotPlainError:
        return None
    if len(kinds) > _MOST_FIELDS or _MARK.search(text):
        return None
    if not (isinstance(example, dict) and isinstance(with_marks, dict)):
        return None
    whole = re.compile(pattern + re.escape(text[done:]))
    return Outline(example, with_marks, whole, tuple(kinds), tuple(_checks(kinds)))


def _fields(text: str, opened: Collection[str]) -> Iterator[tuple[int, int, _Kind]]:
    """Yield where the scalars stand that may differ, and of which kind each of them is."""
    top, start = "", 0
    for line in text.split("\n"):
        found = ENTRY_LINE.fullmatch(line)
        if found is not None:
            indent, dash, key, value, item = found.groups(default="")
            if key and not indent and not dash:
                top = key
            if top in opened and (value or item):
                at = start + found.start("value" if value else "item")
                yield from _parts(value or item, key, at)
        start += len(line) + 1


def _parts(written: str, key: str, at: int) -> Iterator[tuple[int, int, _Kind]]:
    """Yield the scalars of what one line says."""
    if written[0] in "{[":
        reader = FlowReader(written, key)
        reader.read()
        for start, end, name in reader.scalars:
            yield from _scalar(written[start:end], name, at + start, _FLOW_TEXT)
    else:
        yield from _scalar(written, key, at, _BLOCK_TEXT)


def _scalar(written: str, key: str, at: int, text: _Kind) -> Iterator[tuple[int, int, _Kind]]:
    kinds: tuple[_Kind, ...] = (_INTEGER, _DECIMAL, _BOOLEAN, text)
    if written[0] in "\"'":
        written, at, kinds = written[1:-1], at + 1, (_QUOTED_TEXT,)
    if key == REFERENCE_KEY:
        kinds = (_REFERENCE,)
    for kind in kinds:
        if kind.takes(written):
            yield at, at + len(written), kind
            return
