"""The age file format, as far as it can be judged without a key: recipients and ciphertexts.

See age-encryption.org/v1. What is encrypted here is never decrypted.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pyrage import RecipientError, x25519

CIPHERTEXT_START: Final = "age:"

_PLAINTEXT_START = CIPHERTEXT_START + base64.b64encode(b"age-encryption.org/v1").decode()
_BASE64 = rb"[A-Za-z0-9+/]"
_HEADER = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?:-> [!-~]+(?: [!-~]+)*\n(?:" + _BASE64 + rb"{64}\n)*" + _BASE64 + rb"{0,63}\n)+"
    rb"--- " + _BASE64 + rb"{43}\n"
)
_NONCE, _TAG, _CHUNK = 16, 16, 64 * 1024


class Ciphertext(StrEnum):
    """What a text that should be an encrypted value is."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    """It begins as one, and is cut short or altered."""
    NONE = "none"
    """Nothing says that it was ever encrypted."""


@lru_cache(maxsize=4096)
def ciphertext(text: str) -> Ciphertext:
    """Return whether ``text`` is ``age:`` and the base64 of an age file, judged by its form."""
    if not text.startswith(_PLAINTEXT_START):
        return Ciphertext.NONE
    encoded = text.removeprefix(CIPHERTEXT_START)
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return Ciphertext.DAMAGED
    header = _HEADER.match(data)
    if header is None or base64.b64encode(data).decode() != encoded:
        return Ciphertext.DAMAGED
    return Ciphertext.WHOLE if _is_payload(len(data) - header.end()) else Ciphertext.DAMAGED


def _is_payload(length: int) -> bool:
    """Return whether a payload can have this many bytes: a nonce, then chunks with their tags."""
    last = (length - _NONCE) % (_CHUNK + _TAG)
    empty = length == _NONCE + _TAG
    return (length > _NONCE + _TAG and (last == 0 or last > _TAG)) or empty


def is_recipient(text: str) -> bool:
    """Return whether ``text`` is a public age recipient, ``age1…``, its checksum included."""
    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return False
    return True
