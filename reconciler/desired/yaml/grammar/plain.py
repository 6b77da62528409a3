"""Texts without quotes, on one line or several."""

from __future__ import annotations

import re
from typing import Final

from reconciler.desired.yaml.grammar.cursor import Cursor
from reconciler.desired.yaml.grammar.folding import count_breaks, folded, shallow_line
from reconciler.desired.yaml.remedies import MEND, QUOTE

_NO_SAFE: Final = {False: r" \t\r\n", True: r" \t\r\n,\[\]{}"}
_INDICATORS: Final = r"""\-?:,\[\]{}#&*!|>'"%@`"""


def _rest(no_safe: str) -> str:
    return (
        rf"(?:[^{no_safe}:#]++|\#|:(?=[^{no_safe}])"
        rf"|[ \t]++(?=[^{no_safe}:#]|:[^{no_safe}]))*"
    )


_REST: Final = {flow: re.compile(_rest(signs)) for flow, signs in _NO_SAFE.items()}
_FIRST: Final = {
    flow: re.compile(rf"(?:[^ \t\r\n{_INDICATORS}]|[-?:](?=[^{signs}])){_rest(signs)}")
    for flow, signs in _NO_SAFE.items()
}
_NEXT = re.compile(r"[ \t]*+((?:\r\n?|\n)(?:[ \t]*+(?:\r\n?|\n))*)( *+)[ \t]*+(?![#\r\n])")


def plain_line(cursor: Cursor, *, flow: bool) -> str:
    """Read what is on one line of the text that begins here.

    Raises:
        GrammarError: no text can begin so.
    """
    found = _FIRST[flow].match(cursor.text, cursor.index)
    if found is None:
        raise cursor.error(*_why_no_text(cursor))
    cursor.index = found.end()
    return found[0]


def plain_lines(cursor: Cursor, first: str, indent: int, *, flow: bool) -> str:
    """Read the further lines of a text of which ``first`` was read, and return all of it.

    Args:
        cursor: the end of the first line's text; it is left at the end of the last one's.
        first: what was read of it.
        indent: how many spaces its further lines must begin with.
        flow: whether it is inside of brackets.
    """
    parts = [first]
    text, rest = cursor.text, _REST[flow]
    while found := _NEXT.match(text, cursor.index):
        line_start, content = found.start(2), found.end()
        if content - line_start < indent or len(found[2]) < indent or content == cursor.end:
            break
        if "\t" in found[1] and shallow_line(indent).search(text, found.start(1), content + 1):
            break
        line = rest.match(text, content)
        if not line or not line[0] or _at_marker(text, line_start, content):
            break
        parts += folded(count_breaks(found[1])), line[0]
        cursor.pass_to(content)
        cursor.index = line.end()
    return "".join(parts)


def _at_marker(text: str, line_start: int, content: int) -> bool:
    if line_start != content or text[content : content + 3] not in ("---", "..."):
        return False
    return text[content + 3] in " \t\r\n"


def _why_no_text(cursor: Cursor) -> tuple[str, str]:
    sign = cursor.at()
    if sign == "#":
        return "a comment begins with '#' after a space", MEND
    if sign in ("-", "?", ":"):
        return f"a lone '{sign}' cannot be a value", QUOTE
    if sign in ("]", "}", ","):
        return f"'{sign}' cannot stand here", QUOTE
    return f"a text without quotes cannot begin with '{sign}'", QUOTE
