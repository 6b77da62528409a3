r"""Text in which nothing steers what shows it: every unprintable character is written as \uXXXX."""

from __future__ import annotations

import unicodedata

# Controls, formats (bidirectional overrides, zero-width), lone surrogates, separators.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LAST_OF_BASIC_PLANE = 0xFFFF


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
