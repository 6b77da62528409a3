"""Anchors, tags and aliases: what is written before a value, or instead of it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from msgspec import Struct
from yaml.error import Mark

from reconciler.desired.yaml.grammar.cursor import Cursor

DEFAULT_HANDLES: Final = {"!": "!", "!!": "tag:yaml.org,2002:"}
_URI: Final = r"(?:%[0-9a-fA-F]{2}|[-0-9A-Za-z#;/?:@&=+$,_.!~*'()\[\]])"
_TAG_SIGN: Final = r"(?:%[0-9a-fA-F]{2}|[-0-9A-Za-z#;/?:@&=+$_.~*'()])"
_NAME = re.compile(r"[&*]([^ \t\r\n,\[\]{}]++)")
_TAG = re.compile(rf"!(?:<({_URI}+)>|([-0-9A-Za-z]*+!)?({_TAG_SIGN}*))")
_NAMES: Final = {"&": "an anchor", "*": "an alias"}


class Properties(Struct, frozen=True):
    """The anchor and the tag of one value, and from where to where they are written."""

    anchor: str | None = None
    tag: str | None = None
    mark: Mark | None = None
    end: Mark | None = None

    def given(self) -> bool:
        """Return whether there are any."""
        return self.mark is not None


NONE: Final = Properties()


def name(cursor: Cursor) -> str:
    """Read the anchor or alias that is here, and return its name.

    Raises:
        GrammarError: it has no name.
    """
    found = _NAME.match(cursor.text, cursor.index)
    if found is None:
        raise cursor.error(
            f"'{cursor.at()}' begins {_NAMES[cursor.at()]}, and no name follows it",
            "Write its name, or put quotes around the text.",
        )
    cursor.index = found.end()
    return found[1]


def tag(cursor: Cursor, handles: dict[str, str]) -> str:
    """Read the tag that is here, and return it written out; ``!`` for the tag that says nothing.

    Args:
        cursor: where its ``!`` stands.
        handles: what the handles of this document stand for.

    Raises:
        GrammarError: it is not written as a tag is.
    """
    found = _TAG.match(cursor.text, cursor.index)
    written = found[0] if found else "!"
    verbatim, handle, suffix = found.groups() if found else (None, None, "")
    if verbatim is not None:
        if verbatim == "!":
            raise cursor.error("this tag has no name", "Remove it, or write its name.")
        expanded = verbatim
    elif handle is None:
        expanded = handles["!"] + suffix if suffix else "!"
    else:
        handle = "!" + handle
        if handle not in handles:
            raise cursor.error(
                "no %TAG line says what the begin of this tag stands for",
                "Remove the tag, or put quotes around the text.",
            )
        if not suffix:
            raise cursor.error("this tag has no name", "Remove it, or write its name.")
        expanded = handles[handle] + suffix
    cursor.index += len(written)
    return _unquoted(cursor, expanded)


def one_more(cursor: Cursor, before: Properties, handles: dict[str, str]) -> Properties:
    """Read the anchor or tag that is here, in addition to what was read ``before``.

    Raises:
        GrammarError: there is one already, or no space follows it.
    """
    mark = before.mark or cursor.mark()
    anchor = cursor.at() == "&"
    if (before.anchor if anchor else before.tag) is not None:
        raise cursor.error(_second(anchor=anchor), "Keep one of the two.")
    written = name(cursor) if anchor else tag(cursor, handles)
    end = cursor.mark()
    if anchor:
        found = Properties(written, before.tag, mark, end)
    else:
        found = Properties(before.anchor, written, mark, end)
    if cursor.at() not in (" ", "\t", "\r", "\n", ",", "]", "}"):
        what = "anchor" if anchor else "tag"
        raise cursor.error(f"a space must follow the {what} before this", "Write a space here.")
    return found


def together(above: Properties, own: Properties, cursor: Cursor) -> Properties:
    """Return what is written of one value on the lines ``above`` and on its ``own``.

    Raises:
        GrammarError: both have an anchor, or both have a tag.
    """
    if not above.given():
        return own
    for anchor, both in ((True, above.anchor and own.anchor), (False, above.tag and own.tag)):
        if both:
            raise cursor.error(_second(anchor=anchor), "Keep one of the two.")
    return Properties(
        above.anchor or own.anchor, above.tag or own.tag, above.mark, own.end or above.end
    )


def _second(*, anchor: bool) -> str:
    return f"a second {'anchor' if anchor else 'tag'} for one value"


def _unquoted(cursor: Cursor, expanded: str) -> str:
    if "%" not in expanded:
        return expanded
    try:
        return unquote(expanded, errors="strict")
    except UnicodeDecodeError:
        raise cursor.error("the escapes in the tag before this are no text") from None
