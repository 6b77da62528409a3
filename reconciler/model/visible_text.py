r"""Text in which nothing steers what shows it: every unprintable character is written as \uXXXX."""

from __future__ import annotations

import json
import re
import unicodedata

# Controls, formats (bidirectional overrides, zero-width), lone surrogates, separators.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAST_OF_BASIC_PLANE = 0xFFFF
# GitHub's runner obeys "##[command]" anywhere in a line of a log.
_OLD_COMMAND = "##["
# All that may steer something in a JSON text; what json.dumps escapes by itself is not left there.
_STEERS_IN_JSON = re.compile(r"[^\x20-\x7e\n]|#(?=#\[)")


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
    unprintable = unicodedata.category(character) in UNPRINTABLE
    return json.dumps(character)[1:-1] if unprintable else character
