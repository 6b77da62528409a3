r"""Text in which nothing steers what shows it: every unprintable character is written as \uXXXX."""

from __future__ import annotations

import json
import re
import unicodedata

# Controls, formats (bidirectional overrides, zero-width), lone surrogates, private and unknown
# characters, separators of lines.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAST_OF_BASIC_PLANE = 0xFFFF
# GitHub's runner obeys "##[command]" anywhere in a line of a log.
_OLD_COMMAND = "##["
# All that may steer something in a JSON text; what json.dumps escapes by itself is not left there.
# Written out, since which characters there are is another set in each version of Unicode, and so
# of Python, and a plan is to be the same bytes in all of them.
_STEERS_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff0-\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff]|#(?=#\\[)"
)


def visible(text: str) -> str:
    """Return one line of text that holds no control character, line break or lone surrogate."""
    if text.isprintable():
        return text
    return "".join(
        escaped(character) if unicodedata.category(character) in UNPRINTABLE else character
        for character in text
    )


def escaped(character: str) -> str:
    r"""Return a character as \uXXXX, or as \UXXXXXXXX beyond the basic plane."""
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_BASIC_PLANE else f"\\U{code:08x}"


def visible_json(text: str) -> str:
    r"""Return a JSON text in which whatever could steer a terminal or a workflow is \uXXXX.

    It holds the same value: readers of JSON undo the escapes.
    """
    if text.isascii() and "\x7f" not in text and _OLD_COMMAND not in text:
        return text
    return _STEERS_IN_JSON.sub(_escaped_in_json, text)


def _escaped_in_json(found: re.Match[str]) -> str:
    character = found[0]
    if character == "#":
        return "\\u0023"
    # Beyond the basic plane JSON knows pairs of surrogates only.
    return json.dumps(character)[1:-1]
