"""Scalars that have one reading: printable ASCII and Latin letters on one line, without an escape.

Words are joined by spaces, colons or number signs that do not end a scalar where they stand, so a
scalar is matched in one way only, and no line is tried in others.
"""

from __future__ import annotations

from typing import Final

from reconciler.desired.yaml.core_schema import SPECIAL_STARTS, NumberRefusedError, resolve
from reconciler.model.document import JsonValue

LETTERS: Final = "\u00c0-\u024f"
"""Letters beyond ASCII, as a range of a pattern: those of Latin scripts."""
_WORD = rf"[!\"$-9;-~{LETTERS}]"
_FLOW_WORD = rf"[A-Za-z0-9_/.+~$()@%=?;!*&^<>|'{LETTERS}-]"
_FIRST = rf"(?:[A-Za-z0-9_/+~$(^{LETTERS}]|-(?=[0-9])|\.(?=[0-9A-Za-z]))"


def _plain(word: str) -> str:
    return rf"{_FIRST}{word}*(?:(?: +|:+|\#+){word}+)*"


_QUOTED = rf"\"[ !#-\[\]-~{LETTERS}]*\"|'[ -&(-~{LETTERS}]*'"
KEY: Final = r"[A-Za-z_$][A-Za-z0-9_.$/-]*"
"""The pattern of a key."""
BLOCK_SCALAR: Final = rf"{_plain(_WORD)}|{_QUOTED}"
"""The pattern of a scalar that ends with its line."""
FLOW_SCALAR: Final = rf"{_plain(_FLOW_WORD)}|{_QUOTED}"
"""The pattern of a scalar in brackets, which a comma or a bracket ends."""


class NotPlainError(ValueError):
    """What is left to the whole reader."""


def scalar_value(written: str) -> JsonValue:
    """Return what a scalar that has one of the patterns stands for.

    Raises:
        NotPlainError: a number that loses digits, or is none in JSON.
    """
    start = written[0]
    if start in "\"'":
        return written[1:-1]
    if start not in SPECIAL_STARTS:
        return written
    try:
        return resolve(written)
    except NumberRefusedError:
        raise NotPlainError from None
